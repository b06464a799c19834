"""Writing of numbers and findings in studies."""

import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def bullets(sentences: Iterable[str]) -> str:
    r"""Findings as a Markdown list, in lines of 118 characters.

    Example:
        >>> bullets(["One.", "Two."])
        '- One.\n- Two.'
    """
    return "\n".join(
        textwrap.fill(sentence, 118, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for sentence in sentences
    )


def middle(values: Array) -> str:
    """Median and range; one number where all look the same.

    Example:
        >>> middle(np.array([0.1, 0.2, 0.4])), middle(np.array([0.1, 0.1]))
        ('0.200 (0.100 to 0.400)', '0.100')
    """
    median = three(float(np.median(values)))
    return median if span(values) == median else f"{median} ({span(values)})"


def span(values: Array) -> str:
    """Least and greatest; one number where they look the same."""
    low, high = three(values.min()), three(values.max())
    return low if low == high else f"{low} to {high}"


def three(value: float) -> str:
    """Three digits.

    Example:
        >>> three(0.12345), three(12.345), three(0.0)
        ('0.123', '12.35', '0')
    """
    if value == 0:
        return "0"
    return f"{value:#.3g}" if value < 1 else f"{value:.2f}"
