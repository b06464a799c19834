"""Transforms of a series before it is scaled: differences and logarithms, undone exactly in every forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnn_lab.errors import BadInput
from rnn_lab.sequences.scaling import Array

Kind = Literal["none", "difference", "log", "log_difference"]


@dataclass(frozen=True)
class Transform:
    """The map of rows y to z, and back from a forecast of z to one of y, at a horizon h.

        difference      z_t = y_t - y_{t-h}            y_t = y_{t-h} + z_t
        log             z_t = ln y_t                   y_t = exp z_t
        log_difference  z_t = ln y_t - ln y_{t-h}      y_t = exp(ln y_{t-h} + z_t)

    The difference reaches back just as far as a forecast reaches ahead. So y_{t-h}, its base, is the last row that was
    known when y_t was forecast: nothing has to be summed up, and a forecast of z_t = 0 is persistence.

    Args:
        kind: ``none``, ``difference``, ``log`` or ``log_difference``.
        horizon: h >= 1.

    Example:
        >>> growth = Transform("log_difference", 1)
        >>> prices = np.array([[100.0], [110.0], [99.0]])
        >>> z = growth.apply(prices)
        >>> growth.undo(z, growth.base(prices[:-1])).round(9).tolist()
        [[110.0], [99.0]]
    """

    kind: Kind = "none"
    horizon: int = 1

    @property
    def logarithmic(self) -> bool:
        """True if logarithms are taken."""
        return self.kind in ("log", "log_difference")

    @property
    def lost(self) -> int:
        """Return how many rows more than z a stretch of y has: h of a difference, else 0."""
        return self.horizon if self.kind in ("difference", "log_difference") else 0

    def base(self, values: Array) -> Array:
        """Map values to the scale on which differences are taken; of any shape."""
        return np.log(values) if self.logarithmic else values

    def apply(self, rows: Array, axis: int = 0) -> Array:
        """Map rows y to z along an axis, which becomes ``lost`` rows shorter."""
        level = self.base(rows)
        if not self.lost:
            return level
        level = np.moveaxis(level, axis, 0)
        return np.moveaxis(level[self.lost :] - level[: -self.lost], 0, axis)

    def reduce(self, targets: Array, base: Array | None) -> Array:
        """Map values of y to z, given their `base`."""
        return self.base(targets) if base is None else self.base(targets) - base

    def undo(self, values: Array, base: Array | None) -> Array:
        """Map values of z to y, given their `base`, which is None where no difference was taken."""
        level = values if base is None else base + values
        return np.exp(level) if self.logarithmic else level

    def check(self, values: Array, columns: Sequence[str]) -> None:
        """Refuse rows (L, C) that have no logarithm where one is to be taken.

        Raises:
            BadInput: a value is not above 0; the sentence names its column and row.
        """
        if self.logarithmic and (bad := ~(values > 0)).any():
            n, j = (int(position) for position in np.argwhere(bad)[0])
            raise BadInput(
                f"data.transform={self.kind} takes logarithms, but column {columns[j]!r} holds {values[n, j]:g}"
                f" (row {n + 1} of {len(values)}): all values must be above 0"
            )

    def check_columns(self, inputs: Sequence[str], targets: Sequence[str]) -> None:
        """Refuse targets whose last known value a window does not show.

        Raises:
            BadInput: a difference is taken of a target that is no input.
        """
        unseen = [name for name in targets if name not in inputs]
        if self.lost and unseen:
            raise BadInput(
                f"data.transform={self.kind} adds a forecast to the target's last known value, but the target"
                f" {unseen[0]!r} is no input: data.columns must name it too"
            )


NONE = Transform()
