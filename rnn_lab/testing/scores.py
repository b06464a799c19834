"""Behaviour of every score."""

from abc import ABC, abstractmethod

import numpy as np

from rnn_lab.scoring import ClassAnswers, NumberAnswers, Score
from rnn_lab.scoring.answers import Answers, Array

R, M, COLUMNS = 3, 20, 2


class ScoreContract(ABC):
    """Tests of a score: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self) -> Score:
        """The score to be tested."""

    def answers(self, replicas: slice = slice(None)) -> list[Answers]:
        """Answers of each kind that it is a score of."""
        rng, score = np.random.default_rng(0), self.make()
        true, predicted, loss = rng.normal(size=(M, COLUMNS)), rng.normal(size=(R, M, COLUMNS)), rng.random(R)[replicas]
        log_probability, right = -rng.random((R, M, 1)), rng.random((R, M, 1)) < 0.5
        found: list[Answers] = []
        if score.takes_numbers:
            past = rng.normal(size=(M, COLUMNS))
            found.append(NumberAnswers(predicted=predicted[replicas], true=true, loss=loss, past=past))
        if score.takes_classes:
            found.append(ClassAnswers(log_probability=log_probability[replicas], right=right[replicas], loss=loss))
        return found

    def scored(self, answers: Answers) -> Array:
        """The scores (R,) of answers that it can score."""
        found = answers.score(self.make())
        assert found is not None
        return found

    def test_is_a_score_of_something(self) -> None:
        """Of numbers, of classes, or of both."""
        assert self.answers()

    def test_is_one_number_for_each_replica(self) -> None:
        """Finite for answers that are."""
        for answers in self.answers():
            found = self.scored(answers)
            assert found.shape == (R,)
            assert np.isfinite(found).all()

    def test_a_replica_among_others_is_as_it_is_alone(self) -> None:
        """Nothing is summed across replicas."""
        for r in range(R):
            for together, alone in zip(self.answers(), self.answers(slice(r, r + 1)), strict=True):
                np.testing.assert_allclose(self.scored(together)[r], self.scored(alone)[0], rtol=1e-12)

    def test_leaves_the_answers_alone(self) -> None:
        """The same arrays go to every score, and to the plots."""
        for answers in self.answers():
            before = {name: np.copy(values) for name, values in vars(answers).items() if values is not None}
            self.scored(answers)
            for name, values in before.items():
                np.testing.assert_array_equal(getattr(answers, name), values)
