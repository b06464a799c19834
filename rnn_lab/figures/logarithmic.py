"""Ticks of logarithmic axes: plain numbers where the axis spans few decades."""

from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator, StrMethodFormatter

PLAIN = StrMethodFormatter("{x:g}")
DECADES = 1000.0
"""Ratio of the ends above which powers of ten are better to read."""


def plain_ticks(axis: Axis, low: float, high: float) -> None:
    """Write 20 and 50 at an axis, and not 2 x 10^1: between values that differ by less than a thousand.

    Args:
        axis: logarithmic already.
        low: its lower end, or the least value on it; above 0.
        high: its upper end, or the largest value.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axes = Figure().subplots()
        >>> axes.set(yscale="log", ylim=(15, 70))
        [...]
        >>> plain_ticks(axes.yaxis, 15, 70)
        >>> [axes.yaxis.get_major_formatter()(tick) for tick in axes.get_yticks() if 15 <= tick <= 70]
        ['20', '30', '40', '50', '60', '70']
    """
    ratio = high / low
    if not 1.0 <= ratio < DECADES:
        return
    if ratio < 6:  # 1, 2 and 5 would leave it almost bare
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if ratio < 100 else (1, 3)))
    axis.set_major_formatter(PLAIN)
    axis.set_minor_formatter(NullFormatter())
