"""Models of n - 1 characters of memory: what counting achieves on a text."""

from collections.abc import Iterator
from dataclasses import dataclass as plain_dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.evaluation import ngram
from rnn_lab.evaluation.baselines.baseline import Baseline, FittedBaseline, Problem, plain
from rnn_lab.scoring import ClassAnswers
from rnn_lab.sequences import Rows
from rnn_lab.sequences.dataset import Dataset, SeriesDataset, StreamDataset

NAMES = ("unigram", "bigram", "trigram")
BLOCK = 2**18
"""Characters that are counted at a time."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NGrams(Baseline):
    """Unigram, bigram and trigram of a text, counted in the whole of training, smoothed as Witten and Bell do."""

    of_networks_size: ClassVar[bool] = False

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Count."""
        return problem.data.accept(_Fit(problem))


@plain_dataclass(frozen=True, eq=False)
class _Fit:
    problem: Problem

    def of_series(self, data: SeriesDataset) -> dict[str, FittedBaseline]:
        return {}

    def of_task(self, data: Dataset) -> dict[str, FittedBaseline]:
        return {}

    def of_stream(self, data: StreamDataset) -> dict[str, FittedBaseline]:
        if data.lags:  # numbers
            return {}
        if data.train.length < 3:
            raise BadInput(
                f"data.train holds {data.train.length + 1} characters, too few for a trigram and its past: 4"
            )
        models = ngram.fit(_trigrams(data.train), 3, len(data.targets))
        return {
            name: _NGram(self.problem, model, order)
            for order, (name, model) in enumerate(zip(NAMES, models, strict=True), start=1)
        }


@plain_dataclass(frozen=True, eq=False)
class _NGram(FittedBaseline):
    problem: Problem
    model: ngram.NGram
    order: int

    def scores(self, split: Any) -> dict[str, float]:
        loss, log_probability, right = 0.0, [], []
        for trigrams in _trigrams(split):
            grams = trigrams[:, 3 - self.order :]
            _, first, where, times = np.unique(
                ngram.number(grams, self.model.size), return_index=True, return_inverse=True, return_counts=True
            )
            grams = grams[first]  # each once: a text repeats itself
            logarithms = np.log(self.model.probability(grams))
            loss -= float(times @ logarithms)
            log_probability.append(logarithms[where])
            right.append((self.model.likeliest(grams[:, :-1]) == grams[:, -1])[where])
        answers = ClassAnswers(
            loss=np.array([loss / sum(map(len, right))]),
            log_probability=np.concatenate(log_probability)[None, :, None],
            right=np.concatenate(right)[None, :, None],
        )
        return plain(self.problem.targets.evaluate(answers))


def _trigrams(rows: Rows) -> Iterator[NDArray[np.int64]]:
    """Yield blocks (M, 3): targets and the two characters before each, the oldest first.

    If the text begins with these rows, its first targets have too little of a past, and are left out.
    """
    past = min(rows.first, 2)
    count = rows.length + past - 2
    for start in range(0, count, BLOCK):
        symbols = rows.read_targets(start - past, min(BLOCK, count - start) + 2)
        yield np.lib.stride_tricks.sliding_window_view(symbols, 3)
