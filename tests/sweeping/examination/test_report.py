import optuna
import pytest

from rnn_lab.scoring.spread import spread
from rnn_lab.sweeping.attributes import CONFIRMED
from rnn_lab.sweeping.examination.from_optuna import trials_of
from rnn_lab.sweeping.examination.reality import reality
from rnn_lab.sweeping.examination.report import PAGE, report
from rnn_lab.sweeping.race import CONFIRMATION, RaceState


def test_a_study_of_another_program_gets_its_page(tmp_path):
    study = optuna.create_study(study_name="theirs", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(lambda trial: 1 + trial.suggest_float("x", 0, 1), n_trials=25)
    lines = report(study, tmp_path, command=lambda overrides: " ".join(["python", "app.py", "-m", *overrides]))
    assert (tmp_path / PAGE).read_text().startswith("<!doctype html>")
    assert "x: " in "".join(lines)
    assert "the lower end of its range" in lines[0]
    assert any("hydra.sweeper.confirm=5" in line for line in lines)


def test_fresh_seeds_that_the_study_keeps_are_used(tmp_path):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(lambda trial: 1 + trial.suggest_float("x", 0, 1), n_trials=12)
    best = study.best_trial.number
    fresh = RaceState({best: {100: 2.0, 101: 2.1, 102: 2.05}})
    study.set_user_attr(CONFIRMATION, fresh.as_json())
    assert any("its seed was lucky" in line for line in report(study, tmp_path))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1.02, 1.03, 1.04], "it holds"),
        ([1.9, 2.0, 2.1], "its seed was lucky, by 100%"),
        ([1.0, 1.5, 3.0], "they do not tell whether its seed was lucky"),
        ([1.5], "they do not tell whether its seed was lucky"),  # one seed has no interval
    ],
)
def test_a_winner_holds_only_where_fresh_seeds_say_so(sign, values, told):
    study = optuna.create_study(direction="minimize" if sign > 0 else "maximize")
    space = {"x": optuna.distributions.FloatDistribution(0, 10)}
    for number in range(6):
        params = {"x": float(number)}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=sign * (1.0 + number)))
    found = reality(trials_of(study), {0: [sign * value for value in values]})
    assert found[0].sentence.endswith(f"{told}.")
    assert found[0].warns == ("by 100%" in told)


def test_its_interval_is_the_confirmations(tmp_path):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(lambda trial: 1 + trial.suggest_float("x", 0, 1), n_trials=12)
    best, values = study.best_trial.number, [1.0, 1.1, 1.05]
    study.set_user_attr(CONFIRMATION, RaceState({best: dict(enumerate(values, 100))}).as_json())
    for finalists in ([best], [best, best + 1]):
        study.set_user_attr(CONFIRMED, {"finalists": finalists, "raced": [best, best + 1]})
        found = next(line for line in report(study, tmp_path) if "Winner of the search" in line)
        assert f"fresh seeds give {spread(values, len(finalists))}" in found
