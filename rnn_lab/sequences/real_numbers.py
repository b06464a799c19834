"""Arrays of somebody else's as real numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput


def real_numbers(values: Any, what: str) -> NDArray[np.float64]:
    """Return values as float64; one that is masked is missing, and NaN whatever lies below the mask.

    Args:
        values: an array, or what NumPy makes one of.
        what: names them in messages.

    Raises:
        BadInput: they are no array, or of a type that is no real number.

    Example:
        >>> real_numbers(np.ma.masked_equal([1, -999, 3], -999), "the values")
        array([ 1., nan,  3.])
    """
    try:
        array: Any = np.asanyarray(values)
        if array.dtype.kind in "cmM":  # NumPy would drop imaginary parts, and count nanoseconds
            raise TypeError(f"they are of type {array.dtype}")
        if isinstance(array, np.ma.MaskedArray):
            array = np.ma.filled(array.astype(np.float64), np.nan)
        return np.asarray(array, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"{what} are no real numbers: {error}") from None
