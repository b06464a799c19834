"""The settings of the training loop."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, short_repr
from rnn_lab.errors import BadInput
from rnn_lab.kernels import compiled_rule
from rnn_lab.network import Network
from rnn_lab.network.losses import LossField
from rnn_lab.rules import Reach, Rule
from rnn_lab.training.clipping import Clipping

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Trainer:
    """Settings of training.

    Args:
        epochs: passes over the training records.
        batch_size: records an update, None for all of them; of a stream the lanes that are read side by side, None for
            one.
        shuffle: a new order each epoch, for each replica its own; otherwise in the data's order, as a stream always is.
        bptt_truncate: k, time steps that the gradient is sent back through; at or above the window it is the full one.
        bptt_stride: k' <= k: with a loss at every step, the gradient is sent back once for every k' of them; 1 is exact
            truncation and k times the work. None for k.
        scheduled_sampling: with targets at each step that are the next inputs, the probability that a step reads the
            network's own last output instead; it grows from 0 at the first epoch to this value after the last.
        loss: ``half_mean_squared_error``, ``cross_entropy``, or a component of your own; None for what the data's
            targets, numbers or classes, call for.
        clip_value: limit on each gradient entry's size; None for none.
        clip_norm: limit on the gradient's length; None for none.
        patience: epochs without a lower validation loss after which a replica stops; None to run all epochs.
        keep: which weights a replica ends with that trained to the end: its ``best`` on validation, or the ``last``.
            One that stopped before, tired or diverged, ends with its best ones.
        explode: a training loss above this multiple of the loss before training counts as divergence.
        dtype: precision of parameters and arithmetic.
        backend: what computes gradients and updates, ``numpy``, or kernels that ``numba`` compiles (`rnn_lab.kernels`).
        checkpoint_seconds: at most this much work, and the epoch under way, is lost when a run is killed.
        resume: run folder to continue from; None to start afresh.

    Example:
        >>> Trainer(batch_size=10).batch(records=100), Trainer(batch_size=None).batch(records=100)
        (10, 100)
    """

    __repr__ = short_repr

    epochs: Annotated[int, Field(ge=0)] = 100
    batch_size: Count | None = 10
    shuffle: bool = True
    bptt_truncate: Count = 50
    bptt_stride: Count | None = None
    scheduled_sampling: Annotated[float, Field(ge=0, le=1)] = 0.0
    loss: LossField | None = None
    clip_value: Positive | None = None
    clip_norm: Positive | None = None
    patience: Count | None = None
    keep: Literal["best", "last"] = "best"
    explode: Annotated[float, Field(gt=1)] = 1e4
    dtype: Literal["float64", "float32"] = "float64"
    backend: Literal["numpy", "numba"] = "numpy"
    checkpoint_seconds: Annotated[float, Field(ge=0)] = 1.0
    resume: str | None = None

    def __post_init__(self) -> None:
        if self.bptt_stride is not None and self.bptt_stride > self.bptt_truncate:
            raise BadInput(
                f"trainer.bptt_stride={self.bptt_stride} is more than trainer.bptt_truncate={self.bptt_truncate}: "
                "a loss between them would send its gradient nowhere."
            )

    def batch(self, records: int) -> int:
        """Records an update, for data of so many records."""
        if self.batch_size is not None and self.batch_size > records:
            raise BadInput(
                f"trainer.batch_size={self.batch_size} is more than the {records} training records; "
                f"use 1 to {records}, or null for all."
            )
        return self.batch_size or records

    def lanes(self, steps: int) -> int:
        """Lanes of a stream of so many steps."""
        lanes = self.batch_size or 1
        if lanes > steps:
            raise BadInput(
                f"trainer.batch_size={lanes} lanes are more than the {steps} training steps; use 1 to {steps}."
            )
        return lanes

    @property
    def reach(self) -> Reach:
        """Settings that a learning rule needs: truncation, and the limit on a gradient's entries."""
        return Reach(bptt_truncate=self.bptt_truncate, bptt_stride=self.bptt_stride, clip_value=self.clip_value)

    def reach_within(self, steps: int) -> Reach:
        """The same along a lane of so many steps, before which there is nothing."""
        return replace(self.reach, bptt_truncate=min(self.bptt_truncate, steps))

    def at_work(self, rule: Rule, network: Network) -> Rule:
        """The rule as the backend carries it out.

        Raises:
            BadInput: the backend has no kernels for it.
        """
        if self.backend == "numpy":
            return rule
        if self.scheduled_sampling:
            raise BadInput(
                f"trainer.backend=numba has no kernels for trainer.scheduled_sampling={self.scheduled_sampling:g}: set "
                "it to 0, or take trainer.backend=numpy."
            )
        return compiled_rule(rule, network)

    def clipping(self, rule: Rule) -> Clipping:
        """The limits on a gradient; a rule that clips by itself leaves only the limit on its length."""
        return Clipping(None if rule.clips_itself else self.clip_value, self.clip_norm)

    @property
    def chunk(self) -> int:
        """Steps of a stream between one update and the next: k', or k."""
        return self.bptt_stride or self.bptt_truncate
