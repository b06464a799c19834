"""Fields of facts and their kinds, as readers count on them: a journal may be damaged, or anybody's.

A fact with a field of another kind costs itself: whoever reads it leaves it out, and says so in a sentence. A field
that is missing, and a name that is not here, pass: an earlier or a later version of the lab may have written them.
"""

import sys
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
    "baselines": {"train": _SCORES, "validation": _SCORES, "test": _SCORES},
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


def fault(fact: dict[str, Any]) -> str | None:
    """Say what is wrong with the fields that a fact has, if anything.

    Example:
        >>> fault({"fact": "weights", "epoch": 3, "file": "weights/epoch_0003.npz"})
        >>> fault({"fact": "weights", "epoch": -3, "file": "weights/epoch_0003.npz"})
        'its epoch is not a whole number that is not negative'
    """
    shape = SHAPES.get(fact["fact"])
    return _fault(fact, {**shape, OTHERS: object}, "it") if shape else None


def _fault(value: Any, shape: Any, name: str) -> str | None:
    if isinstance(shape, tuple):
        found = [_fault(value, each, name) for each in shape]
        return None if None in found else found[0]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{name} is no list"
        return next((wrong for each in value if (wrong := _fault(each, shape[0], name))), None)
    if not isinstance(shape, dict):
        return None if _is(value, shape) else f"{name} is not {_said(shape)}"
    if not isinstance(value, dict):
        return f"{name} is no mapping"
    for key, each in value.items():
        inner = shape.get(key, shape.get(OTHERS, object))
        if inner is object or (inner is NUMBER and type(each) is float):  # most of a journal
            continue
        if wrong := _fault(each, inner, f"its {key[:50]}"):
            return wrong
    return None


def _is(value: Any, shape: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if shape == NUMBER:
        return (number and not (isinstance(value, int) and abs(value) > LARGEST)) or value in _SPELLED
    if shape == COUNT:
        return number and isinstance(value, int) and 0 <= value <= _MOST
    return value is None if shape is None else isinstance(value, shape)


def _said(shape: Any) -> str:
    return shape if isinstance(shape, str) else {str: "a text", bool: "true or false"}.get(shape, "nothing")
