"""Data that a network does not fit, refused before anything is made of it."""

from typing import Any

from rnn_lab.errors import BadInput, refuse_what_is_no_data
from rnn_lab.network import Network


def refuse_data(network: Network, data: Any) -> None:
    """Refuse data that a network does not fit.

    Raises:
        BadInput: it names the sizes of both.
    """
    refuse_what_is_no_data(data)
    if (network.inputs, network.outputs) != (len(data.inputs), len(data.targets)):
        raise BadInput(
            f"a network of {network.inputs} inputs and {network.outputs} outputs does not fit data of "
            f"{len(data.inputs)} inputs and {len(data.targets)} targets: take Network.for_data(data)."
        )
    if (network.window, network.each_step) != (data.window, data.each_step):
        raise BadInput(
            f"a network for windows of {network.window} steps (each_step={network.each_step}) does not fit data with "
            f"windows of {data.window} (each_step={data.each_step}): take Network.for_data(data)."
        )
