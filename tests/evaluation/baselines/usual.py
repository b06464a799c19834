"""The usual baselines of some data: fitted, their forecasts, and their scores."""

from rnn_lab.evaluation.baselines import BASELINES, NumberBaseline, Problem, fit_baselines, score_baselines
from rnn_lab.scoring import targets_of


def fitted(data, hidden_dim=None):
    """All that apply; without a size, none that needs one."""
    problem = Problem(data, targets_of(data), hidden_dim or 1)
    chosen = {name: baseline for name, baseline in BASELINES.items() if hidden_dim or name != "echo_state"}
    return problem, fit_baselines(problem, chosen)


def scores(data, hidden_dim=None):
    return score_baselines(*fitted(data, hidden_dim))


def forecasts(data, hidden_dim=None):
    """Each one's predictions of numbers on each split, (M, O); of a reservoir that is drawn those of each draw."""
    _, found = fitted(data, hidden_dim)
    numbers = {name: baseline for name, baseline in found.items() if isinstance(baseline, NumberBaseline)}
    numbers |= {f"{name}, {n}": draw for name, one in found.items() for n, draw in enumerate(getattr(one, "each", []))}
    return {
        split: {name: baseline.predict(part) for name, baseline in numbers.items()}
        for split, part in data.scored.items()
    }
