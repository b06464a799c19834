"""Fields of facts and their kinds, as readers count on them: a journal may be damaged, or anybody's.

A fact with a field of another kind costs itself: whoever reads it leaves it out, and says so in a sentence. A field
that is missing, and a name that is not here, pass: an earlier or a later version of the lab may have written them.
"""

import sys
from collections.abc import Callable
from typing import Any

NUMBER, COUNT = "a number", "a whole number that is not negative"
_SPELLED = ("NaN", "Infinity", "-Infinity")
LARGEST = int(sys.float_info.max)
"""Above it an integer is no float."""
_MOST = 2**31
"""A step in MLflow's databases, and a loop over replicas, have their limits."""

OTHERS = "*"
"""Key of the shape of all fields that a mapping does not name."""

_NUMBERS = {OTHERS: NUMBER}
_SCORES = {OTHERS: _NUMBERS}
_NAMED = {OTHERS: object}
_COMPONENT = ({"_target_": str, "name": str, OTHERS: object}, None)
_SPREAD = (
    {
        "mean": NUMBER,
        "standard_deviation": (NUMBER, None),
        "typical": NUMBER,
        "of": str,
        "interval": ([NUMBER], None),
        "replicas": COUNT,
        "diverged": COUNT,
    },
    None,
)
_REPLICA = {"seed": COUNT, "kept_epoch": COUNT, "metrics": _NUMBERS, OTHERS: object}
_GROUPS = ("data", "model", "rule", "optimizer", "trainer", "observers", "evaluation", "tracking", "study")

SHAPES: dict[str, dict[str, Any]] = {
    "start": {
        "run": str,
        "name": str,
        "experiment": str,
        "uri": (str, None),
        "tags": {OTHERS: object},
        "config": {"seed": COUNT, "replicas": COUNT, **{f"{name}": _COMPONENT for name in _GROUPS}, OTHERS: object},
    },
    "provenance": {
        "git": {"commit": (str, None), "branch": (str, None), "dirty": (bool, None), "absent": str},
        "command": [str],
        "user": (str, None),
        "versions": {OTHERS: (str, None)},
        "machine": {"cpu": str, "cores": (COUNT, None), "host": str, OTHERS: object},
        "threads": {OTHERS: (str, None)},
        "seed": COUNT,
        "data_fingerprint": str,
    },
    "data": {
        "name": str,
        "fingerprint": str,
        "recipe": {"_target_": str, "inputs": [str], "targets": [str], "path": (str, None), OTHERS: object},
        "shapes": {"train": {"X": [COUNT], "Y": [COUNT]}, OTHERS: {"X": [COUNT], "Y": [COUNT]}},
        "classes": bool,
        "shown": [str],
    },
    "baselines": {"train": _SCORES, "validation": _SCORES, "test": _SCORES, "score": str, "pooled": [str]},
    "epoch": {"epoch": COUNT, "metrics": _NUMBERS, "replicas": {OTHERS: [NUMBER]}},
    "weights": {"epoch": COUNT, "file": str},
    "predictions": {"epoch": COUNT, "file": str},
    "arrays": {"epoch": COUNT, "file": str},
    "observer": {"name": str, "epoch": COUNT, "reason": str},
    "baseline": {"name": str, "reason": str},
    "stopped": {"replica": COUNT, "epoch": COUNT, "kept_epoch": COUNT, "reason": str},
    "figure": {"file": str, "title": str},
    "summary": {
        "score": str,
        "pooled": [str],
        "metrics": _NUMBERS,
        "spread": {OTHERS: _SPREAD},
        "replicas": [_REPLICA],
        "baselines": {"validation": _SCORES, OTHERS: _SCORES},
        "epochs": COUNT,
        "seconds": {"training": NUMBER, OTHERS: NUMBER},
        "sample": ({"temperature": NUMBER, "prompt": str, "text": str, OTHERS: object}, None),
        "free_run": (_NAMED, None),
    },
    "trial": {"folder": str, "lost": (str, None)},
    "best": {"trial": COUNT, "folder": str, "values": [NUMBER], "params": _NAMED, "sentences": [str]},
    "examination": {"sentences": [str]},
    "end": {"status": str, "reason": str},
}
"""Of each fact its fields: a type, ``NUMBER``, ``COUNT``, a list or mapping of shapes, or a tuple of alternatives."""


Check = Callable[[Any], str | None]
"""Check of one value: what is wrong with it, said after its name; or, of what lies inside it, said with its name."""


def fault(fact: dict[str, Any]) -> str | None:
    """Say what is wrong with the fields that a fact has, if anything.

    Example:
        >>> fault({"fact": "weights", "epoch": 3, "file": "weights/epoch_0003.npz"})
        >>> fault({"fact": "weights", "epoch": -3, "file": "weights/epoch_0003.npz"})
        'its epoch is not a whole number that is not negative'
    """
    check = _CHECKS.get(fact["fact"])
    return check(fact) if check else None


def _number(value: Any) -> str | None:
    kind = type(value)  # JSON has no others, and true is no number
    if kind is float or (kind is int and abs(value) <= LARGEST) or (kind is str and value in _SPELLED):
        return None
    return f"is not {NUMBER}"


def _count(value: Any) -> str | None:
    return None if type(value) is int and 0 <= value <= _MOST else f"is not {COUNT}"


def _anything(_: Any) -> str | None:
    return None


_PLAIN: dict[Any, Check] = {NUMBER: _number, COUNT: _count, object: _anything}


def _check(shape: Any) -> Check:
    """Turn a shape into its check, once: a journal has as many facts as epochs."""
    if isinstance(shape, tuple):
        return _one_of([_check(each) for each in shape])
    if isinstance(shape, list):
        return _list_of(_check(shape[0]))
    if isinstance(shape, dict):
        return _mapping_of({key: _check(each) for key, each in shape.items()})
    return _PLAIN.get(shape) or _of_type(type(None) if shape is None else shape)


def _of_type(kind: type) -> Check:
    said = {str: "a text", bool: "true or false"}.get(kind, "nothing")
    return lambda value: None if isinstance(value, kind) else f"is not {said}"


def _one_of(checks: list[Check]) -> Check:
    def check(value: Any) -> str | None:
        found = [each(value) for each in checks]
        return None if None in found else found[0]

    return check


def _list_of(item: Check) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, list):
            return "is no list"
        return next((wrong for each in value if (wrong := item(each))), None)

    return check


def _mapping_of(fields: dict[str, Check]) -> Check:
    others = fields.get(OTHERS, _anything)

    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return "is no mapping"
        for key, each in value.items():
            inner = fields.get(key, others)
            if inner is _number and type(each) is float:  # most of a journal
                continue
            if wrong := inner(each):
                return wrong if wrong.startswith("its ") else f"its {key[:50]} {wrong}"
        return None

    return check


_CHECKS = {name: _check(shape) for name, shape in SHAPES.items()}
