"""A text as a network reads it: each character on the probability that the network gave it."""

import numpy as np
from matplotlib.figure import Figure

from rnn_lab.figures.style import INK, Array, styled

WIDTH = 72
"""Characters of a line."""
SHOWN = {"\n": "↵", "\t": "→", " ": "·"}
"""Signs for characters that would not be seen."""


@styled
def surprise(text: str, probabilities: Array, *, title: str = "Text") -> Figure:
    """Draw the characters of a text, the less expected the more strongly coloured.

    The colour is the surprise in bits, -log2 p, of the character that came, from 0 to 8 or more.

    Args:
        text: M characters.
        probabilities: (R, M), of each character before it came; shown is their mean over the replicas that have any.
        title: what the text is.
    """
    lines = -(-len(text) // WIDTH)
    bits = np.full(lines * WIDTH, np.nan)
    known = probabilities[np.isfinite(probabilities).all(axis=1)]  # those that did not diverge
    if len(known):
        with np.errstate(divide="ignore"):
            bits[: len(text)] = -np.log2(known.mean(axis=0))
    figure = Figure(figsize=(9.5, 0.9 + 0.22 * lines), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(bits.reshape(lines, WIDTH), cmap="Oranges", vmin=0, vmax=8, aspect="auto")
    inks = [_ink(cell) for cell in image.to_rgba(bits)]
    for position, character in enumerate(text):
        line, column = divmod(position, WIDTH)
        axes.text(
            column, line, SHOWN.get(character, character), family="DejaVu Sans Mono", fontsize=8, color=inks[position],
            ha="center", va="center",
        )  # fmt: skip
    axes.set_axis_off()
    mean = np.nanmean(np.minimum(bits, 1e3)) if len(known) else np.nan
    figure.colorbar(image, ax=axes, label="bits", extend="max", pad=0.01, shrink=0.9)
    who = f", mean of {len(known)} replicas" if len(known) > 1 else ""
    figure.suptitle(
        f"{title}: surprise at each character, {mean:.3g} bits on average here{who}",
        x=0.01,
        ha="left",
    )
    return figure


def _ink(cell: Array) -> str:
    """Dark or light, whichever has the greater contrast to a cell's colour (4,), by the luminance of WCAG 2."""
    colour = cell[:3] * cell[3] + 1 - cell[3]  # a cell without a value is transparent, on white
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return INK if linear @ (0.2126, 0.7152, 0.0722) > 0.21 else "white"
