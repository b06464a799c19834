"""Contract of every learning-rate schedule, and each one's closed form."""

import inspect
import math

import numpy as np
import pytest

from rnn_lab.testing.schedules import ScheduleContract
from rnn_lab.training import Adam, Constant, Cosine, Exponential, ReduceOnPlateau, schedules

SCHEDULES = {
    "constant": Constant(),
    "cosine": Cosine(),
    "cosine to a tenth": Cosine(final=0.1),
    "exponential": Exponential(gamma=0.9),
    "plateau": ReduceOnPlateau(reduce=0.5, patience=1),
}
EPOCHS = 10


def factors(schedule, losses):
    """The factors after each epoch's losses (epochs, R)."""
    state = schedule.begin(replicas=losses.shape[1])
    found = []
    for epoch, loss in enumerate(losses):
        schedule.observe(state, loss)
        found.append(schedule.factor(state, epoch, EPOCHS).copy())
    return np.array(found)


def test_the_suite_knows_every_schedule() -> None:
    defined = {kind for _, kind in inspect.getmembers(schedules, inspect.isclass) if hasattr(kind, "factor")}
    assert defined - {schedules.Schedule} == {type(schedule) for schedule in SCHEDULES.values()}


@pytest.mark.parametrize("epoch", [0.0, 1.0, 2.5, 5.0, 7.3, 10.0])
def test_closed_forms(epoch) -> None:
    def factor(schedule):
        return schedule.factor(schedule.begin(replicas=1), epoch, EPOCHS).item()

    assert factor(Constant()) == 1.0
    assert factor(Exponential(gamma=0.8)) == pytest.approx(0.8**epoch, rel=1e-14)
    half_angle = math.cos(math.pi * epoch / (2 * EPOCHS)) ** 2  # (1 + cos a) / 2 = cos^2(a / 2)
    assert factor(Cosine()) == pytest.approx(half_angle, rel=1e-12, abs=1e-16)
    assert factor(Cosine(final=0.2)) == pytest.approx(0.2 + 0.8 * half_angle, rel=1e-12)


def test_cosine_of_no_epochs_is_one() -> None:
    schedule = Cosine()
    assert schedule.factor(schedule.begin(replicas=1), 0.0, 0).item() == 1.0


def test_a_plateau_is_more_epochs_without_improvement_than_patience() -> None:
    losses = np.array([5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 3.0, 3.0, 3.0])[:, None]
    found = factors(ReduceOnPlateau(reduce=0.5, patience=2), losses)[:, 0]
    assert found.tolist() == [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_an_improvement_below_the_threshold_is_none() -> None:
    losses = np.array([1.0, 0.95, 0.91, 0.85])[:, None]
    assert factors(ReduceOnPlateau(patience=0, threshold=0.1), losses)[:, 0].tolist() == [1.0, 0.5, 0.25, 0.25]


def test_a_plateau_stops_at_the_minimum() -> None:
    found = factors(ReduceOnPlateau(reduce=0.1, patience=0, minimum=0.05), np.ones((5, 1)))[:, 0]
    assert found.tolist() == [1.0, 0.1, 0.05, 0.05, 0.05]


class TestAgainstPyTorch:
    """The rates of `torch.optim.lr_scheduler` on the same losses."""

    @staticmethod
    def rates(make, losses):
        torch = pytest.importorskip("torch", reason="the extra `peers` is not installed")
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        rival = make(torch.optim.lr_scheduler, optimizer)
        watches = isinstance(rival, torch.optim.lr_scheduler.ReduceLROnPlateau)
        found = []
        for loss in losses:
            optimizer.step()
            rival.step(*[loss] if watches else [])
            found.append(optimizer.param_groups[0]["lr"])
        return found

    @pytest.mark.parametrize(
        ("schedule", "make"),
        [
            (Cosine(final=0.1), lambda torch, o: torch.CosineAnnealingLR(o, EPOCHS, eta_min=0.1)),
            (Exponential(gamma=0.7), lambda torch, o: torch.ExponentialLR(o, 0.7)),
        ],
    )
    def test_by_epochs(self, schedule, make) -> None:
        state = schedule.begin(replicas=1)
        mine = [schedule.factor(state, epoch, EPOCHS).item() for epoch in range(1, EPOCHS + 1)]
        np.testing.assert_allclose(mine, self.rates(make, [None] * EPOCHS), rtol=1e-12)

    @pytest.mark.parametrize("patience", [0, 1, 3])
    def test_on_a_plateau(self, patience) -> None:
        losses = np.random.default_rng(patience).random(60) / np.arange(1, 61) ** 0.5
        schedule = ReduceOnPlateau(reduce=0.6, patience=patience, threshold=0.05, minimum=0.03)
        theirs = self.rates(
            lambda torch, o: torch.ReduceLROnPlateau(o, factor=0.6, patience=patience, threshold=0.05, min_lr=0.03),
            losses,
        )
        np.testing.assert_allclose(factors(schedule, losses[:, None])[:, 0], theirs, rtol=1e-12)
        assert len(set(theirs)) > 3


def test_what_an_optimizer_cannot_use_as_a_schedule_is_refused() -> None:
    for wrong in (None, 0.5, "cosine", Adam()):
        with pytest.raises(ValueError, match="instance of Schedule"):
            Adam(schedule=wrong)


class TestConstant(ScheduleContract):
    def make(self):
        return SCHEDULES["constant"]


class TestCosine(ScheduleContract):
    def make(self):
        return SCHEDULES["cosine"]


class TestCosineToATenth(ScheduleContract):
    def make(self):
        return SCHEDULES["cosine to a tenth"]


class TestExponential(ScheduleContract):
    def make(self):
        return SCHEDULES["exponential"]


class TestReduceOnPlateau(ScheduleContract):
    def make(self):
        return SCHEDULES["plateau"]
