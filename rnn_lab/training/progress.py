"""A line that says how far training has come, for a notebook or a script without the lab's command."""

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

from rnn_lab.sequences.dataset import SPLITS

if TYPE_CHECKING:
    from rnn_lab.training.fit import Epoch


class Progress:
    """A listener that writes the epoch and its mean scores: in a notebook one line that changes, elsewhere some ten.

    Args:
        epochs: the most epochs that training may last.

    Example:
        >>> import numpy as np
        >>> from rnn_lab import Elman, Network, Trainer, dataset, fit
        >>> data = dataset(np.sin(np.arange(100.0)), window=20)
        >>> state = fit(Network.for_data(data, Elman(hidden_dim=2)), data, Trainer(epochs=2), progress=True)
        epoch 0/2  train/rmse 0.8232  val/rmse 0.8269
        epoch 1/2  train/rmse 0.785  val/rmse 0.7892
        epoch 2/2  train/rmse 0.7749  val/rmse 0.7793
    """

    SECONDS = 0.1
    """Least time between two changes of the line in a notebook."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self._every = max(1, -(-epochs // 10))
        self._cell = notebook_cell()
        self._next = 0.0

    def __call__(self, epoch: "Epoch") -> None:
        """Show one epoch, if it is time to."""
        if epoch.epoch != self.epochs and (
            monotonic() < self._next if self._cell is not None else epoch.epoch % self._every
        ):
            return
        score = next(name for name in ("rmse", "loss") if f"val/{name}" in epoch.metrics)
        whole = ~epoch.state.diverged if not epoch.state.diverged.all() else slice(None)
        means = {f"{split}/{score}": float(epoch.metrics[f"{split}/{score}"][whole].mean()) for split in _WATCHED}
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in means.items())
        self._write(f"epoch {epoch.epoch}/{self.epochs}  {numbers}")

    def _write(self, line: str) -> None:
        if self._cell is None:
            sys.stdout.write(line + "\n")
            return
        show = self._cell.update if self._next else self._cell.display  # the first one makes the line
        show({"text/plain": line}, raw=True)
        self._next = monotonic() + self.SECONDS


_WATCHED = SPLITS["train"], SPLITS["validation"]


def notebook_cell() -> Any:
    """Handle of a new output of the running notebook cell; None where there is no notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if getattr(shell, "kernel", None) is None:
        return None
    return sys.modules["IPython.display"].DisplayHandle()  # the kernel has imported it
