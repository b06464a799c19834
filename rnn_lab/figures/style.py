"""One look for every figure, and one way to write them."""

import io
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput

Array = NDArray[Any]
P = ParamSpec("P")

INK, GREY, PALE = "#222222", "#777777", "#dddddd"
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#AA4499"
SPLITS = {"train": BLUE, "validation": ORANGE, "test": GREEN}
"""Colour of what is trained on, chosen by, and only looked at, the same in every figure; the data itself is ink.

The colours can be told apart with any colour vision (Okabe & Ito, "Color universal design", 2008).
"""
NAMES = {"train": "Training", "validation": "Validation", "test": "Test"}

FORMATS: Mapping[str, Mapping[str, None]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    "svg": {"Creator": None, "Date": None},
}
"""Formats of figures -> what matplotlib would write into each that differs from time to time."""

NOTEBOOK_DPI = 72
DIVERGING = "RdBu_r"
PANELS = 4
"""Panels that a figure shows of many targets or columns: more would not be readable."""

RC: Any = {
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "savefig.dpi": 110,
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-3, 6),
    "date.converter": "concise",
    "grid.color": "#eeeeee",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the lab's style, whatever the caller's matplotlib is set to, and leave those settings alone."""

    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.rc_context(RC):
            return draw(*args, **kwargs)

    return inside


def save(figure: Figure, path: Path | str, *, dpi: float | None = None) -> None:
    """Write a figure, whole or not at all; the folder must be there.

    Args:
        figure: to be written.
        path: its ending, of `FORMATS`, says in which format.
        dpi: dots per inch of a picture in dots; None for the figure's own.

    Raises:
        BadInput: the file cannot be written, or its format is none that figures have.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("empty.png", "empty.svg"):
        ...         save(Figure(), Path(folder, name))
        ...     print(sorted(path.name for path in Path(folder).iterdir()))
        ['empty.png', 'empty.svg']
    """
    path = Path(path)
    form = path.suffix.removeprefix(".")
    if form not in FORMATS:
        raise BadInput(f"figures.format={form} is not allowed: use {', '.join(FORMATS)}.")
    try:
        # Without matplotlib's version, a date and drawn lots in it, the same figure is the same file.
        with (
            atomic_write(path, durable=False) as file,
            matplotlib.rc_context({"svg.hashsalt": "rnn-lab"}),
            _glyphs_said_once(),
        ):
            figure.set_dpi(dpi or figure.dpi)
            if form == "png":  # the others measure words by their own rules
                _lay_out(figure)
            figure.savefig(file, format=form, metadata=dict(FORMATS[form]), dpi="figure")
    except OSError as error:
        raise BadInput(f"the figure {path} cannot be written: {error.strerror}") from error


@contextmanager
def _glyphs_said_once() -> Iterator[None]:
    """Say once, for all figures of a process, that the font lacks characters, and not for each at each place."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    lacking = ""
    for warning in caught:
        if match := re.match(r"Glyph (\d+) .*missing from font", str(warning.message)):
            lacking += chr(int(match[1])) if chr(int(match[1])) not in lacking else ""
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if lacking and not _SAID:
        _SAID.append(lacking)
        warnings.warn(f"the font {RC['font.family'][0]} lacks {lacking}: figures show boxes there", stacklevel=4)


_SAID: list[str] = []


def png(figure: Figure, dpi: float | None = None) -> bytes:
    r"""Encode a figure as PNG, for a page that holds its pictures itself; None for the figure's own dots per inch.

    Example:
        >>> png(Figure(figsize=(1, 1)))[:4]
        b'\x89PNG'
    """
    buffer = io.BytesIO()
    _lay_out(figure)
    figure.savefig(buffer, format="png", metadata={"Software": None}, dpi=dpi or "figure")
    return buffer.getvalue()


def show_in_notebooks() -> None:
    """Let figures show themselves at the end of a notebook's cell, as a PNG, whether or not pyplot is in use."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and hasattr(shell, "display_formatter"):
        shell.display_formatter.formatters["image/png"].for_type(Figure, _small)


def _small(figure: Figure) -> bytes:
    """Encode a figure for a notebook, which is kept with its pictures: in few colours it takes a third of the room."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png(figure, dpi=NOTEBOOK_DPI))) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _lay_out(figure: Figure) -> None:
    """Give a figure's parts their places, once: matplotlib would draw all of it, to nowhere, before it drew it."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)


def middle_and_range(values: ArrayLike) -> tuple[Array, Array, Array]:
    """Mean, lowest and highest over the replicas (R, ...) that are finite; ``nan`` where none is.

    Example:
        >>> middle_and_range([[1.0, np.nan], [3.0, np.inf]])
        (array([ 2., nan]), array([ 1., nan]), array([ 3., nan]))
    """
    values = np.asarray(values, float)
    finite = np.isfinite(values)
    count = finite.sum(axis=0)
    mean = np.where(finite, values, 0.0).sum(axis=0) / np.where(count, count, np.nan)
    low = np.where(finite, values, np.inf).min(axis=0)
    high = np.where(finite, values, -np.inf).max(axis=0)
    return mean, np.where(count, low, np.nan), np.where(count, high, np.nan)


POINTS = 4000
"""Points of a curve above which its extremes alone are drawn: a figure is no wider than a fourth of that in dots."""


def outline(x: Array, y: Array) -> tuple[Array, Array]:
    """Thin a long curve out to the lowest and the highest point of each of `POINTS` / 2 stretches, in their order.

    On paper it is the same curve: a stretch is narrower than a dot.

    Example:
        >>> x = np.arange(100_000)
        >>> thin, low_and_high = outline(x, np.sin(x))
        >>> len(thin), bool(low_and_high.max() == np.sin(x).max()), bool((np.diff(thin) > 0).all())
        (4000, True, True)
    """
    size = -(-2 * len(y) // POINTS)
    if size <= 2:
        return x, y
    starts = np.arange(0, len(y), size)
    extremes = [(s + np.argmin(part), s + np.argmax(part)) for s in starts if len(part := y[s : s + size])]
    at = np.unique(extremes)
    return x[at], y[at]


def limits(values: ArrayLike, margin: float = 0.05, also: ArrayLike = ()) -> tuple[float, float]:
    """Axis limits around the finite values, with a margin of their range on both sides.

    What should be seen ``also``, such as forecasts, widens them by their range once at most: a network that blew up
    must not squeeze everything else to a line.

    Example:
        >>> limits([0.0, 10.0, np.nan], margin=0.1), limits([0.0, 10.0], margin=0.0, also=[-3.0, 1e9])
        ((-1.0, 11.0), (-3.0, 20.0))
    """
    inner, outer = _finite(values), _finite(also)
    low, high = (float(inner.min()), float(inner.max())) if inner.size else (0.0, 1.0)
    span = (high - low) or 2 * abs(high) or 2.0
    if outer.size:
        low, high = max(min(low, outer.min()), low - span), min(max(high, outer.max()), high + span)
    pad = margin * (high - low) if high > low else 0.25 * span
    return float(low - pad), float(high + pad)


def _finite(values: ArrayLike) -> Array:
    array: Array = np.asarray(values, float)
    return np.asarray(array[np.isfinite(array)])


def shown(names: Sequence[str]) -> str:
    """Say how many of the names a figure of at most ``PANELS`` panels shows; nothing if it shows them all."""
    return f" (the first {PANELS} of {len(names)} columns)" if len(names) > PANELS else ""


def replicas(count: int) -> str:
    """Say what lines and bands over R replicas are; nothing for R = 1."""
    return "" if count == 1 else f", mean and range of {count} replicas"


def legend_above(axes: Axes, columns: int = 4) -> None:
    """Put the legend above the axes, at the right, where it covers no data."""
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=columns, borderaxespad=0.1, handlelength=1.6)
