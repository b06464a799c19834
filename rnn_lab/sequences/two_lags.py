"""Two lags: a stream of fair bits, and a target that depends on two of them; it tells memory from credit."""

from dataclasses import dataclass as plain_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.rng import named_rng
from rnn_lab.sequences.disk_rows import DiskRows
from rnn_lab.sequences.fingerprint import fingerprint_blocks
from rnn_lab.sequences.forecasting import Share, describe
from rnn_lab.sequences.generator import ROWS
from rnn_lab.sequences.rows import cut
from rnn_lab.sequences.scaling import Scaler
from rnn_lab.sequences.symbols import SymbolDataset
from rnn_lab.sequences.task import Yardsticks, of_classes
from rnn_lab.sequences.windows import split

BITS = ("0", "1")


@plain_dataclass(frozen=True, eq=False, kw_only=True)
class TwoLagsDataset(SymbolDataset):
    """The stream, and what is known of it exactly."""

    answers: Yardsticks

    def yardsticks(self, split: Any) -> Yardsticks:
        """Expected scores of answers with no memory, with one lag and with both."""
        return self.answers


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TwoLags:
    """Fair bits x_t, and classes y_t ~ Bernoulli(1/2 + near_effect x_{t-near} + far_effect x_{t-far}).

    Inputs are one-hot, (1 - x_t, x_t). With the defaults, in nats, exactly:

        no memory    H(.625) = .6616        nothing of the past is known
        one lag      .5192                  x_{t-near} is known, x_{t-far} is not
        both lags    .4545                  the entropy: no network can do better in expectation

    A truncated network can reach ``both lags`` with a k shorter than ``far``: its state may carry the bit although no
    gradient ever said so. With k = 0 (`rule=readout`) and a small gain of W_hh it cannot.

    Args:
        name: what figures and the tracker call the data.
        near, far: the lags, 0 <= near < far.
        near_effect, far_effect: what a bit of 1 adds to the probability.
        length: rows.
        seed: of the data's random stream; all replicas of a run see the same data.
        train, validation, test, gap: rows of each split, as in `Stream`.

    Example:
        >>> data = TwoLags(name="two_lags", length=1000, train=0.8, validation=0.2).dataset()
        >>> {name: round(known["loss"], 4) for name, known in data.yardsticks(data.train).items()}
        {'no memory': 0.6616, 'one lag': 0.5192, 'both lags': 0.4545}

    Reference: Marschall, Cho & Savin, "A unified framework of online learning algorithms for training recurrent neural
    networks" (2020), whose "add" task this is.
    """

    name: str
    near: int = Field(default=3, ge=0)
    far: int = Field(default=8, ge=1)
    near_effect: float = 0.5
    far_effect: float = -0.25
    length: int = Field(default=100_000, ge=10)
    seed: int = Field(default=0, ge=0)
    train: Share
    validation: Share
    test: Share = 0
    gap: int = Field(default=0, ge=0)

    def __post_init__(self) -> None:
        if self.near >= self.far:
            raise BadInput(f"data.near={self.near} must be less than data.far={self.far}.")
        if self.far >= self.length:
            raise BadInput(
                f"data.far={self.far} must be less than data.length={self.length}: it lies before every row."
            )
        lowest, highest = float(self.probabilities.min()), float(self.probabilities.max())
        if lowest < 0 or highest > 1:
            raise BadInput(
                f"data.near_effect={self.near_effect:g} and data.far_effect={self.far_effect:g} give probabilities from"
                f" {lowest:g} to {highest:g}; they must lie in 0 .. 1."
            )

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """P(y = 1), (2, 2), by x_{t-near} and x_{t-far}."""
        bit = np.arange(2.0)
        return np.asarray(0.5 + self.near_effect * bit[:, None] + self.far_effect * bit)

    def yardsticks(self) -> Yardsticks:
        """Cross-entropy and accuracy of three answers, in expectation."""
        p = self.probabilities
        known = {"no memory": p.mean(keepdims=True), "one lag": p.mean(axis=1), "both lags": p}
        return {name: of_classes(_entropy(p).mean(), np.maximum(p, 1 - p).mean()) for name, p in known.items()}

    def draw(self) -> NDArray[np.uint8]:
        """Draw the rows, (length, 2): x_t, and the target of the row before, y_{t-1}."""
        rng = named_rng(self.seed, "data")
        x = rng.integers(2, size=self.length + self.far, dtype=np.uint8)  # the first bits lie before the stream
        now = np.arange(self.far, self.far + self.length)
        y = rng.random(self.length) < self.probabilities[x[now - self.near], x[now - self.far]]
        return np.stack([x[self.far :], np.roll(y, 1).astype(np.uint8)], axis=1)

    def dataset(self) -> TwoLagsDataset:
        """Draw the stream.

        Raises:
            BadInput: the splits do not fit its length.
        """
        parts = split(self.length, self.train, self.validation, self.test, self.gap, unit="row")
        stored = DiskRows([self.draw()], width=2, dtype=np.uint8)
        train, validation, test = cut(stored, parts, 1, _one_hot, _classes)
        assert train is not None
        assert validation is not None
        plain = Scaler("none", np.zeros(2), np.ones(2))
        recipe = {**describe(self), "inputs": list(BITS), "targets": list(BITS)}
        recipe |= {"input_scaler": plain.recipe(), "target_scaler": plain.recipe()}
        blocks = stored.blocks(0, stored.length, ROWS)
        return TwoLagsDataset(
            name=self.name,
            train=train,
            validation=validation,
            test=test,
            inputs=BITS,
            targets=BITS,
            horizon=1,
            input_scaler=plain,
            target_scaler=plain,
            recipe=recipe,
            fingerprint=fingerprint_blocks(recipe, (stored.dtype, (stored.length, 2), blocks)),
            answers=self.yardsticks(),
        )


def _one_hot(rows: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.eye(2)[rows[..., 0]])


def _classes(rows: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(rows[..., 1], np.int64)


def _entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy of a Bernoulli variable, in nats; 0 where p is 0 or 1."""
    return np.asarray(-sum(q * np.log(np.where(q > 0, q, 1.0)) for q in (p, 1 - p)))
