"""The one way in which a component, such as a cell or an optimizer, checks its arguments and refuses a wrong one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from inspect import signature
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, ValidationError

from rnn_lab.errors import BadInput

Component = TypeVar("Component")

STRICT = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)
"""Pydantic's settings for a component: no silent coercion (``"3"`` is no integer), no unknown argument,
no NaN or infinity."""


def refusal(error: ValidationError, prefix: str) -> str:
    """Say in one sentence which key has which value and what is allowed.

    Args:
        error: pydantic's.
        prefix: the component's key, such as ``model``; empty for the keys of the top level.

    Example:
        >>> from pydantic import TypeAdapter
        >>> try:
        ...     TypeAdapter(int).validate_python("three", strict=True)
        ... except ValidationError as error:
        ...     refusal(error, "replicas")
        "replicas='three' is not allowed: it should be a valid integer."
    """
    first = error.errors()[0]
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, BadInput):
        return str(inner)
    names = [str(part) for part in first["loc"] if not re.search(r"\W|^constrained|^int$|^float$|^str$", str(part))]
    key = ".".join([prefix, *names] if prefix else names)
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{key} is no known argument."
    if first["type"] == "missing":
        return f"{key} is missing."
    allowed = first["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return f"{key}={_shown(first['input'])} is not allowed: {allowed}."


def _shown(value: Any) -> str:
    """Spell a value; of an object that has no spelling of its own the class: an address in memory says nothing."""
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    return name if repr(value).startswith(f"<{name} object at ") else repr(value)


def short_repr(component: Any) -> str:
    """Write a component as the call that makes it, without the arguments that it would take by itself.

    A class takes it as its own ``__repr__``.

    Example:
        >>> from rnn_lab.network import Elman
        >>> Elman(hidden_dim=8, gain=0.8)
        Elman(hidden_dim=8)
    """
    given = [(field.name, getattr(component, field.name)) for field in fields(component) if field.repr]
    defaults = {name: parameter.default for name, parameter in signature(type(component)).parameters.items()}
    plain = {field.name: field.default_factory() for field in fields(component) if callable(field.default_factory)}
    changed = [f"{name}={value!r}" for name, value in given if value != plain.get(name, defaults[name])]
    return f"{type(component).__name__}({', '.join(changed)})"


def by_name(shipped: Mapping[str, Component], kind: type) -> Callable[[Any], Component]:
    """Make the validator of an argument that takes a component of a kind, or the name of one of the lab's own.

    Example:
        >>> by_name({"one": 1, "two": 2}, int)("two")
        2
        >>> by_name({"one": 1, "two": 2}, int)("three")
        Traceback (most recent call last):
        ValueError: it should be one, two, or a component (_target_) that derives from int
    """

    def component(value: Any) -> Component:
        found = shipped.get(value) if isinstance(value, str) else value
        if not isinstance(found, kind):
            names = ", ".join(shipped)
            raise ValueError(f"it should be {names}, or a component (_target_) that derives from {kind.__name__}")
        return cast("Component", found)

    return component
