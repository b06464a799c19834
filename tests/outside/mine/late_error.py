"""A score that weighs late errors more."""

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.scoring import Score


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LateError(Score):
    """Root mean squared error whose weight grows from 0 at the first target to 2 at the last."""

    def of_numbers(self, answers):
        """(R,), of predicted (R, M, O) and true (M, O)."""
        weight = np.linspace(0, 2, len(answers.true))[:, None]
        return np.sqrt(np.mean(weight * (answers.predicted - answers.true) ** 2, axis=(1, 2)))
