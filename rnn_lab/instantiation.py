"""Components that a config names by ``_target_``: found, or refused in a sentence that says what is missing."""

import difflib
import os
import sys
import traceback
from importlib import import_module
from typing import Any

import hydra
from hydra.errors import InstantiationException
from omegaconf import DictConfig
from pydantic import ValidationError

from rnn_lab.component import refusal
from rnn_lab.errors import BadInput, missing_module
from rnn_lab.hydra_private import escaped_twice, full_key
from rnn_lab.trust import shipped


def instantiate(config: Any, kind: type | None = None, **options: Any) -> Any:
    """Build the component that a config describes, as Hydra does.

    Args:
        config: a node of a composed config, or a dictionary, with a ``_target_``.
        kind: the base class that the component must have.
        options: Hydra's, such as ``_convert_``.

    Raises:
        BadInput: it is not there, cannot be imported, refuses its arguments, or is of another kind; in one sentence.

    Example:
        >>> from rnn_lab.network import GRU, Elman
        >>> instantiate({"_target_": "rnn_lab.network.Elman", "hidden_dim": 3}, Elman).hidden_dim
        3
        >>> instantiate({"_target_": "rnn_lab.network.Elman", "hidden_dim": 3}, GRU)
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: _target_=rnn_lab.network.Elman is no GRU.
    """
    key = full_key(config, "_target_") if isinstance(config, DictConfig) else "_target_"
    if kind is not None:
        _refuse_other_kinds(f"{key}={config.get('_target_')}", _class_of(config.get("_target_")), kind)
    try:
        resolved_twice = escaped_twice(config) if isinstance(config, DictConfig) else config
        built = hydra.utils.instantiate(resolved_twice, **options)
    except InstantiationException as error:
        raise BadInput(explain(error)) from error
    if kind is not None and not isinstance(built, kind):
        raise BadInput(f"{key}={config['_target_']} is no {kind.__name__}.")
    return built


def located(key: str, name: str) -> Any:
    """Find the class or function that a key names.

    Args:
        key: as the user spells it.
        name: dotted.

    Raises:
        BadInput: it is not there, or cannot be imported.

    Example:
        >>> located("space", "math.sqrt")(4.0)
        2.0
        >>> located("space", "math.nope")
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: space=math.nope is not there: math has no 'nope'.
    """
    try:
        return hydra.utils.instantiate({"_target_": name}, _partial_=True).func
    except InstantiationException as error:
        raise BadInput(explain(error).replace("_target_", key, 1)) from error


def _class_of(target: Any) -> type | None:
    """The class that a target names; None where it names none, of which Hydra's own error says more."""
    try:
        found = hydra.utils.get_object(target)
    except Exception:  # whatever importing it ends in
        return None
    return found if isinstance(found, type) else None


def _refuse_other_kinds(named: str, found: type | None, kind: type) -> None:
    if found is None:
        return
    if not issubclass(found, kind):
        raise BadInput(f"{named} is no {kind.__name__}.")
    if lacking := sorted(getattr(found, "__abstractmethods__", ())):
        raise BadInput(f"{named} lacks {' and '.join(lacking)}, which every {kind.__name__} has.")


def explain(error: InstantiationException) -> str:
    """The sentence that says what was wrong with a ``_target_``, from Hydra's error."""
    text, cause = str(error), error.__cause__
    key = _between(text, "full_key: ", "\n")
    target = _between(text, "target '", "'")
    if isinstance(cause, ValidationError):
        return refusal(cause, key)
    if isinstance(cause, BadInput):
        return str(cause)
    named = f"{key}._target_={target}" if key else f"_target_={target}"
    if "Error locating target" in text:
        return f"{named} {_not_found(target, (cause and cause.__cause__) or cause)}"
    if "Expected a callable target" in text:
        return f"{key + '.' if key else ''}_target_ names no class or function: {_between(text, 'got ', ' of type')}."
    if cause is not None and "Error in call to target" in text:
        return f"{named} refused its arguments or failed: {_reason(cause)}."
    return " ".join(text.split())


def _not_found(target: str, error: BaseException | None) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name and not f"{target}.".startswith(f"{error.name}."):
        return f"cannot be imported: it needs {error.name!r}, which is not installed."
    if isinstance(error, ModuleNotFoundError):
        module, _, name = target.rpartition(".")
        near = _near(target)
        if module in sys.modules:  # which was imported just now, to look for the name in it
            return f"is not there: {module} has no {name!r}.{near}"
        return f"is not there.{near}" if near else f"is not there: {missing_module(str(error.name))}."
    if isinstance(error, AttributeError | ValueError):
        module = target.rpartition(".")[0]
        return f"is not there: {module} has no {target.rpartition('.')[2]!r}.{_near(target)}"
    return f"cannot be imported: {_reason(error)}." if error is not None else "is not there."


def _near(target: str) -> str:
    """The nearest component: in the module that the target names, or else among those that conf/ names."""
    module, _, name = target.rpartition(".")
    found: list[str] = []
    if module:
        try:
            own = [each for each in vars(import_module(module)) if not each.startswith("_")]
        except Exception:  # whatever was said of it already
            own = []
        found = [f"{module}.{each}" for each in difflib.get_close_matches(name, own, n=1, cutoff=0.6)]
    found = found or difflib.get_close_matches(target, shipped(), n=1, cutoff=0.8)
    return f" Did you mean {found[0]}?" if found else ""


def _reason(error: BaseException) -> str:
    """The error in a line, and the line of code that raised it."""
    said = str(error).strip().splitlines()
    steps = traceback.extract_tb(error.__traceback__)
    where = f" ({os.path.basename(steps[-1].filename)}, line {steps[-1].lineno})" if steps else ""
    if isinstance(error, SyntaxError):
        where = ""  # it names the line itself
    return f"{type(error).__name__}: {said[0].rstrip('.')}{where}" if said else f"{type(error).__name__}{where}"


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0].strip()
