"""The search space: Hydra's sweep syntax read as Optuna distributions, and checked against the config that it varies.

====================================== ==========================================================
``interval(0.1,1)``                    real, both ends included
``int(interval(1,50))``                integer, both ends included
``range(8,65,8)``, ``range(0,1,0.1)``  in steps, from the first to the last value before the end
``tag(log, ...)``                      any of these (steps of 1 only) on a logarithmic scale
``a,b,c``, ``choice(a,b,c)``, ``glob`` one of these values or config group options
====================================== ==========================================================
"""

import difflib
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Override, Quote, QuotedString, RangeSweep
from hydra.errors import HydraException
from omegaconf import DictConfig, ListConfig, OmegaConf
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from rnn_lab.errors import BadInput
from rnn_lab.hydra_private import spelled


@dataclass(frozen=True)
class Parameter:
    """One searched key: the values it may take, and how each is written as a Hydra override."""

    key: str
    distribution: BaseDistribution
    source: str
    prefix: str = ""
    spelling: tuple[tuple[Any, str], ...] = ()

    def override(self, value: Any) -> str:
        """``value`` as Hydra reads it back, exactly."""
        typed = [text for choice, text in self.spelling if choice == value and type(choice) is type(value)]
        return f"{self.prefix}{self.key}={typed[0] if typed else spell(value)}"

    def __str__(self) -> str:
        """The distribution in words; two runs of the same command have them in common.

        >>> str(Parameter("k", IntDistribution(1, 50, log=True), "k=tag(log,range(1,51))"))
        'integer from 1 to 50, logarithmic'
        """
        each = self.distribution
        if isinstance(each, CategoricalDistribution):
            return "one of " + ", ".join(spell(choice) for choice in each.choices)
        assert isinstance(each, IntDistribution | FloatDistribution)
        kind = "integer" if isinstance(each, IntDistribution) else "real"
        step = f" in steps of {each.step}" if each.step not in (None, 1) else ""
        return f"{kind} from {each.low} to {each.high}{step}{', logarithmic' if each.log else ''}"


MOST_STEPS = 10**9
"""A longer range is meant to be an interval."""

_NOT_TEXT = {"true", "false", "null", "nan", "inf"}


def spell(value: Any) -> str:
    """A value as it is written on Hydra's command line.

    >>> spell(0.1), spell(True), spell(None), spell("tanh"), spell("a,b")
    ('0.1', 'true', 'null', 'tanh', "'a,b'")
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        word = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_/.]*", value) and value.lower() not in _NOT_TEXT
        return value if word else QuotedString(value, Quote.single).with_quotes()
    return spelled(value)


def split(overrides: list[str], loader: ConfigLoader) -> tuple[list[Override], list[Override]]:
    """Parse overrides into (fixed, swept); for a key given twice the last one counts.

    Raises:
        BadInput: for what Hydra's grammar does not know.
    """
    try:
        parsed = OverridesParser.create(config_loader=loader).parse_overrides(overrides)
    except HydraException as error:
        raise BadInput(" ".join(str(error).split())) from None
    last = {override.get_key_element().lstrip("+"): override for override in parsed}
    swept = [override for override in last.values() if override.is_sweep_override()]
    return [override for override in last.values() if not override.is_sweep_override()], swept


def parameter(override: Override) -> Parameter:
    """Read one swept override.

    Raises:
        BadInput: if the space is empty, reversed, not finite, or logarithmic through 0.
    """
    element = override.get_key_element()
    key = element.lstrip("+")
    source = f"{key}={override.get_value_string()}"
    value = override.value()
    tags = set(getattr(value, "tags", ()))
    if unknown := sorted(tags - {"log"}):
        raise BadInput(f"{source}: the tag {unknown[0]!r} is unknown; 'log' is the only one.")
    spelling: tuple[tuple[Any, str], ...] = ()
    distribution: BaseDistribution
    if isinstance(value, IntervalSweep):
        distribution = _interval(source, value.start, value.end, bool(tags))
    elif isinstance(value, RangeSweep):
        distribution = _range(source, value, bool(tags))
    else:
        if tags:
            raise BadInput(f"{source}: a list of values has no logarithmic scale; use an interval or a range.")
        spelling = _spelling(override)
        if not spelling:
            raise BadInput(f"{source}: the list of values is empty.")
        distribution = CategoricalDistribution([choice for choice, _ in spelling])
    return Parameter(key, distribution, source, element.removesuffix(key), spelling)


def _spelling(override: Override) -> tuple[tuple[Any, str], ...]:
    """Optuna's name of each choice, and its text in an override."""
    value = override.value()
    elements = list(value.list) if isinstance(value, ChoiceSweep) else list(override.sweep_iterator())
    spelling = []
    for element in elements:
        text = spelled(element)
        plain = element.text if isinstance(element, QuotedString) else element
        spelling.append((plain if plain is None or isinstance(plain, str | int | float) else text, text))
    return tuple(spelling)


def _interval(source: str, low: Any, high: Any, log: bool) -> BaseDistribution:
    _check_ends(source, low, high, log)
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log)
    return FloatDistribution(low, high, log=log)


def _range(source: str, sweep: RangeSweep, log: bool) -> BaseDistribution:
    start, stop, step = (Decimal(str(end)) for end in (sweep.start, sweep.stop, sweep.step))
    if not all(math.isfinite(float(str(end))) for end in (sweep.start, sweep.stop, sweep.step)):
        raise BadInput(f"{source}: both ends and the step must be finite.")
    if step <= 0 or stop < start:
        raise BadInput(f"{source}: the range is reversed; write it from its lowest value to its highest.")
    if stop - start > step * MOST_STEPS:
        raise BadInput(f"{source}: the range has more than {MOST_STEPS:,} steps; use an interval.")
    count = math.ceil((stop - start) / step)
    if count == 0:
        raise BadInput(f"{source}: the range is empty.")
    last = start + step * (count - 1)
    _check_ends(source, float(start), float(last), log)
    if log and step != 1:
        raise BadInput(f"{source}: a logarithmic range has steps of 1; leave the step out or use an interval.")
    if all(isinstance(end, int) for end in (sweep.start, sweep.stop, sweep.step)):
        return IntDistribution(int(start), int(last), log=log, step=int(step))
    return FloatDistribution(float(start), float(last), step=float(step))


def _check_ends(source: str, low: float, high: float, log: bool) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise BadInput(f"{source}: both ends must be finite.")
    if low > high:
        raise BadInput(f"{source}: the interval is reversed; write it from its lowest value to its highest.")
    if log and low <= 0:
        raise BadInput(f"{source}: a logarithmic scale needs a lowest value above 0.")


def check_against(config: DictConfig, parameter: Parameter, groups: list[str]) -> None:
    """Hold a parameter to the config that it will change.

    Args:
        config: composed without the parameter.
        groups: the options, if the key is a config group; otherwise empty.

    Raises:
        BadInput: for a key that the config does not have, an option that does not exist, or values of another type.
    """
    choices = list(getattr(parameter.distribution, "choices", ()))
    if groups:
        missing = [choice for choice in choices if choice not in groups]
        if missing or not choices:
            raise BadInput(f"{parameter.source}: {_options(parameter.key, missing, groups)}")
        return
    if parameter.prefix:
        return
    parent, _, name = parameter.key.rpartition(".")
    node = _select(config, parent)
    if not isinstance(node, DictConfig | ListConfig) or (isinstance(node, DictConfig) and name not in node):
        raise BadInput(f"{parameter.source}: the config has no key {parameter.key!r}{_nearest(node, name)}.")
    plain: Any = OmegaConf.to_container(node, resolve=False)
    now = plain[name] if isinstance(node, DictConfig) else None
    if wrong := _mismatch(parameter.distribution, now, node, name):
        raise BadInput(f"{parameter.source}: {parameter.key} is {wrong}.")


def _options(key: str, missing: list[Any], groups: list[str]) -> str:
    near = difflib.get_close_matches(str(missing[0]), groups, n=1) if missing else []
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(groups)}."
    return f"{key} has no option {str(missing[0])!r}; {hint}" if missing else f"{key} has options, no range; {hint}"


def _select(config: DictConfig, path: str) -> Any:
    node: Any = config
    for part in filter(None, path.split(".")):
        node = node.get(part) if isinstance(node, DictConfig) else None
    return node


def _nearest(node: Any, name: str) -> str:
    near = difflib.get_close_matches(name, [str(key) for key in node], 1) if isinstance(node, DictConfig) else []
    return f" (did you mean {near[0]!r}?)" if near else ""


def _mismatch(distribution: BaseDistribution, now: Any, node: Any, name: str) -> str | None:
    """Mismatch of a key's value and a distribution, in words; None if they fit."""
    if isinstance(distribution, CategoricalDistribution):
        kinds = {type(choice) for choice in distribution.choices if choice is not None}
    else:
        kinds = {int if isinstance(distribution, IntDistribution) else float}
    if isinstance(now, bool):
        return None if kinds <= {bool} else f"true or false, not {_kind(kinds - {bool})}"
    if isinstance(now, int):
        if kinds <= {int} or (kinds <= {int, float} and _accepts_float(node, name)):
            return None
        return f"an integer (now {now}), not {_kind(kinds - {int})}; write range(...) or int(interval(...))"
    if isinstance(now, float):
        return None if kinds <= {int, float} else f"a number (now {now}), not {_kind(kinds - {int, float})}"
    if isinstance(now, str) and not now.startswith("${"):
        return None if kinds <= {str} else f"a text (now {now!r}), not {_kind(kinds - {str})}"
    return None


def _kind(kinds: set[type]) -> str:
    names = {int: "an integer", float: "a real number", str: "a text", bool: "true or false"}
    return names.get(sorted(kinds, key=str)[0], "this")


def _accepts_float(node: Any, name: str) -> bool:
    """Tell whether the node's component declares this argument as a real number (YAML may say ``1``)."""
    from typing import get_type_hints

    from hydra.utils import get_class

    if not isinstance(node, DictConfig) or "_target_" not in node:
        return False
    try:
        return "float" in str(get_type_hints(get_class(node["_target_"])).get(name))
    except Exception:
        return False  # the component itself will speak when it is built
