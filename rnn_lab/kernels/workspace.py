"""Places of parameters and of everything in between in the flat arrays that the kernels read and write."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from rnn_lab.kernels import layers
from rnn_lab.kernels.layers import Sizes
from rnn_lab.network import Network
from rnn_lab.network.parameters import numbered

COMMON = {"W_xh": layers.W_XH, "W_hh": layers.W_HH, "b_h": layers.B_H}
READOUT = {"W_hy": layers.W_HY, "W_xy": layers.W_XY, "b_y": layers.B_Y}


def sizes_of(network: Network, batch: int, history: int, kept: int, *, frozen: bool) -> Sizes:
    """Collect what does not change from one call to the next.

    Args:
        network: what is differentiated.
        batch: B.
        history: K.
        kept: arrays (K + 1, B, H) that the cell keeps beside its states.
        frozen: whether the readout alone has a gradient.
    """
    model = network.model
    return Sizes(
        inputs=network.inputs,
        outputs=network.outputs,
        hidden=model.hidden_dim,
        gates=model.GATES,
        layers=model.layers,
        batch=batch,
        history=history,
        kept=kept,
        states=len(model.STARTS),
        positions=(network.window or 0) if model.encoding == "positional" else 0,
        skip=int(model.input_skip),
        learned=int(model.initial_state == "learned"),
        frozen=int(frozen),
        of_classes=int(network.loss.of_classes),
    )


def lay_out(network: Network, sizes: Sizes) -> tuple[NDArray[np.int64], int]:
    """Give each array its place.

    Returns:
        ``places`` (L + 1, 12), of whose columns `rnn_lab.kernels.layers` tells; and the size of one replica's ``work``.
    """
    places = np.full((sizes.layers + 1, 12), -1, np.int64)
    at, starts = 0, {name: layers.START + part for part, name in enumerate(network.model.STARTS)}
    for name, shape in network.shapes.items():
        own, _, number = name.partition(".")
        if own in READOUT:
            places[-1, READOUT[own]] = at
        else:
            places[int(number or 1) - 1, (COMMON | starts).get(own, layers.OWN)] = at
        at += prod(shape)
    H, B, K, GH = sizes.hidden, sizes.batch, sizes.history, sizes.gates * sizes.hidden
    free = 0

    def take(row: int, column: int, size: int) -> None:
        nonlocal free
        places[row, column] = free
        free += size

    for row in range(sizes.layers):
        D = network.shapes[numbered("W_xh", row + 1)][-2]
        places[row, layers.WIDTH] = D
        take(row, layers.INPUTS, K * B * D)
        take(row, layers.STATES, (K + 1) * B * H)
        take(row, layers.GATES, K * B * GH)
        take(row, layers.DELTAS, K * B * GH)
        take(row, layers.KEPT, sizes.kept * (K + 1) * B * H)
    for column, size in (
        (layers.PACKED, H * GH),
        (layers.TRANSPOSED, H * GH),
        (layers.PRODUCT, 2 * B * GH),
        (layers.UPSTREAM, K * B * H),
        (layers.DH, B * H),
        (layers.DC, B * H),
        (layers.ERROR, K * B * sizes.outputs),
        (layers.SCRATCH, K * B * sizes.outputs),
    ):
        take(-1, column, size)
    return places, free
