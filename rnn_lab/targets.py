"""Components that a config names by ``_target_``: found, or refused in a sentence that says what is missing."""

import difflib
import os
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import hydra
from hydra.errors import InstantiationException
from pydantic import ValidationError

from rnn_lab import conf
from rnn_lab.component import refusal
from rnn_lab.errors import BadInput


def instantiate(config: Any, **options: Any) -> Any:
    """Build the component that a config describes, as Hydra does.

    Raises:
        BadInput: it is not there, cannot be imported, or refuses its arguments; in one sentence.
    """
    try:
        return hydra.utils.instantiate(config, **options)
    except InstantiationException as error:
        raise BadInput(explain(error)) from error


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
        return f"{key + '.' if key else ''}_target_ names no component: {text.splitlines()[0]}."
    if cause is not None and "Error in call to target" in text:
        return f"{named} refused its arguments or failed: {_reason(cause)}."
    return " ".join(text.split())


def missing_module(name: str) -> str:
    """What to do about a module that is not there, as the rest of a sentence.

    Example:
        >>> missing_module("mine")
        "the module 'mine' is not found: run this in the folder where mine.py lies, or name that folder in PYTHONPATH"
    """
    top = name.partition(".")[0]
    return (
        f"the module {name!r} is not found: run this in the folder where {top}.py lies, or name that folder in"
        " PYTHONPATH"
    )


def _not_found(target: str, error: BaseException | None) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name and not f"{target}.".startswith(f"{error.name}."):
        return f"cannot be imported: it needs {error.name!r}, which is not installed."
    if isinstance(error, ModuleNotFoundError):
        near = _near(target)
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
    found = found or difflib.get_close_matches(target, _shipped(), n=1, cutoff=0.8)
    return f" Did you mean {found[0]}?" if found else ""


def _shipped() -> list[str]:
    """Every target of conf/."""
    folder, targets = Path(conf.__file__).parent, set()
    for path in folder.rglob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        targets |= {line.partition("_target_:")[2].split()[0] for line in lines if "_target_: " in line}
    return sorted(targets)


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
