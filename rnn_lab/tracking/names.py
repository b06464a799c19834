"""Names and values that MLflow accepts: a nested config as flat parameters, a nested summary as flat metrics."""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

RUN = "rnn_lab.run"
"""The tag by which a run is found again: MLflow makes a new run each time it is asked."""

NAME_LENGTH, VALUE_LENGTH, TAG_LENGTH = 250, 6000, 8000
"""MLflow's limits; it cuts longer values with no more than a warning, and refuses longer names."""


def parameters(config: Mapping[str, Any]) -> dict[str, str]:
    """Flatten a config to parameters: ``{"model": {"hidden_dim": 3}}`` to ``{"model.hidden_dim": "3"}``.

    Every value gets a parameter, and no two share one. Lists of plain values stay one value, in JSON, as do empty
    lists and mappings; an element of any other list is named by its index.

    Example:
        >>> parameters({"seed": 0, "data": {"columns": ["a", "b"], "path": None}, "steps": [{"k": 1}]})
        {'seed': '0', 'data.columns': '["a", "b"]', 'data.path': 'null', 'steps.0.k': '1'}
    """
    flat: dict[str, str] = {}
    for path, value in _leaves(config):
        text = value if isinstance(value, str) else json.dumps(value)
        name = parameter_name(".".join(path))
        if name in flat:  # "a.b" and {"a": {"b": ...}}, or two names that differ in a character MLflow refuses
            name = _marked(name, repr(path))
        flat[name] = shortened(text, VALUE_LENGTH)
    return flat


def numbers(nested: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Flatten the numbers of a nested mapping to metrics, joined by ``/``; whatever else it holds is left out.

    Example:
        >>> numbers({"val": {"rmse": 0.5, "mae": "NaN"}, "name": "sine", "ok": True}, "final")
        {'final/val/rmse': 0.5, 'final/val/mae': nan}
    """
    return {
        metric_name("/".join((prefix, *path) if prefix else path)): float(value)
        for path, value in _leaves(nested)
        if value in ("NaN", "Infinity", "-Infinity") or (isinstance(value, int | float) and not isinstance(value, bool))
    }


def parameter_name(name: str) -> str:
    """Return a parameter's name as MLflow takes it: one that is changed or cut gets a mark of its own.

    Example:
        >>> parameter_name("model.hidden_dim"), parameter_name("a[0]")
        ('model.hidden_dim', 'a_0_:a2b5a4')
    """
    return _accepted(name, re.sub(r"[^\w.\- :]", "_", name))


def metric_name(name: str) -> str:
    """Return a metric's name as MLflow takes it; here ``/`` stays, and makes the sections of MLflow's charts."""
    return _accepted(name, re.sub(r"[^\w.\- :/]", "_", name))


def shortened(text: str, length: int) -> str:
    """Cut a text that is too long, and say so within the length."""
    if len(text) <= length:
        return text
    note = f" ... ({len(text)} characters)"
    return text[: length - len(note)] + note


def _accepted(name: str, clean: str) -> str:
    norm = posixpath.normpath(clean)  # MLflow refuses names that a file system would resolve to others
    if norm != clean or norm.startswith((".", "/")):
        clean = re.sub(r"^[./]+|(?<=/)[./]+", "_", clean).rstrip("/") or "_"
    return name if clean == name and len(name) <= NAME_LENGTH else _marked(clean, name)


def _marked(name: str, original: str) -> str:
    mark = ":" + hashlib.sha256(original.encode()).hexdigest()[:6]
    return name[: NAME_LENGTH - len(mark)] + mark


def _leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(node, list) and any(isinstance(value, Mapping | list) for value in node):
        for index, value in enumerate(node):
            yield from _leaves(value, (*path, str(index)))
    else:
        yield path, node
