"""The one way in which a component, such as a cell or an optimizer, checks its arguments."""

from pydantic import ConfigDict

STRICT = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)
"""Pydantic's settings for a component: no silent coercion (``"3"`` is no integer), no unknown argument,
no NaN or infinity."""
