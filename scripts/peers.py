"""The lab's rivals, each set up as someone who knows it well would do it for speed.

Needs the extra ``peers``; nothing else in the project does.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Batch = tuple[Any, Any, Any]


class TorchNetwork:
    """Eager PyTorch: `nn.RNN` (tanh), `nn.GRU` or `nn.LSTM` with a linear readout of its last state, on one CPU thread.

    Truncation costs PyTorch nothing that it need not: the first T - k steps run without a graph, and only the last k
    are differentiated. Batches are cut and laid out time-major (its native order) beforehand, and the optimizer is
    the fused one, which is its fastest on the CPU.

    Args:
        hidden_dim: H.
        optimizer: ``sgd`` or ``adam``.
        learning_rate: of the optimizer.
        dtype: ``float64`` or ``float32``.
        seed: of the initial weights.
        cell: ``elman``, ``gru`` or ``lstm``.
    """

    def __init__(
        self,
        hidden_dim: int,
        optimizer: str,
        learning_rate: float,
        dtype: str,
        seed: int = 0,
        cell: str = "elman",
    ) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        self.dtype = getattr(torch, dtype)
        layers: dict[str, Any] = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
        self.layer = layers[cell](1, hidden_dim, dtype=self.dtype)
        self.readout = torch.nn.Linear(hidden_dim, 1, dtype=self.dtype)
        rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
        parameters = [*self.layer.parameters(), *self.readout.parameters()]
        self.optimizer = rule(parameters, lr=learning_rate, fused=True)

    def batches(self, X: NDArray[Any], Y: NDArray[Any], batch: int, bptt_truncate: int) -> list[Batch]:
        """Records X (N, T, 1), Y (N, 1), in order, as (steps without gradient, steps with it, targets)."""
        steps, targets = torch.tensor(X.swapaxes(0, 1), dtype=self.dtype), torch.tensor(Y, dtype=self.dtype)
        split = max(0, len(steps) - bptt_truncate)
        return [
            (
                steps[:split, n : n + batch].contiguous(),
                steps[split:, n : n + batch].contiguous(),
                targets[n : n + batch],
            )
            for n in range(0, len(targets), batch)
        ]

    def epoch(self, batches: list[Batch]) -> None:
        """One update for each batch, on half the mean squared error."""
        for early, recent, targets in batches:
            h = None
            if len(early):
                with torch.no_grad():
                    _, h = self.layer(early)
            states, _ = self.layer(recent, h)
            loss = 0.5 * torch.nn.functional.mse_loss(self.readout(states[-1]), targets)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    def rmse(self, X: NDArray[Any], Y: NDArray[Any]) -> float:
        """Root mean squared error on records X (N, T, 1) with targets Y (N, 1)."""
        with torch.no_grad():
            states, _ = self.layer(torch.tensor(X.swapaxes(0, 1), dtype=self.dtype))
            return float(np.sqrt(np.mean((self.readout(states[-1]).numpy() - Y) ** 2)))
