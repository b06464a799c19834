import numpy as np
import pytest

from rnn_lab.evaluation.ridge import PENALTIES, Ridge


@pytest.fixture
def regression():
    """Sixty records of eight features, two of them almost the same, and two targets in different units."""
    rng = np.random.default_rng(1)
    x = 3.0 + rng.normal(size=(60, 8)) * [1, 1, 1, 1, 1, 1, 1, 1e-3]
    x[:, 1] = x[:, 0] + 1e-4 * rng.normal(size=60)
    y = x @ rng.normal(size=(8, 2)) * [1.0, 1e4] + rng.normal(size=(60, 2)) * [0.5, 5e3] + [10.0, -1e5]
    return x, y


@pytest.mark.parametrize("penalty", [1.0, 1e-3, 1e-9])
def test_it_is_the_augmented_least_squares_problem_s_solution(regression, penalty):
    """Ridge is ordinary least squares with H more records: sqrt(lambda) I, each with the target 0."""
    x, y = regression
    centred = x - x.mean(axis=0)
    strength = np.sqrt(penalty) * np.linalg.norm(centred, ord=2)
    features = np.vstack([centred, strength * np.eye(8)])
    expected = np.linalg.lstsq(features, np.vstack([y - y.mean(axis=0), np.zeros((8, 2))]))[0]
    fitted = Ridge.fit(x, y, [penalty])
    np.testing.assert_allclose(fitted.coefficients, expected, rtol=1e-7)
    np.testing.assert_allclose(fitted.predict(x).mean(axis=0), y.mean(axis=0))  # the intercept is not penalised


def test_the_score_is_the_definition_s(regression):
    """Golub, Heath & Wahba's formula with the whole influence matrix, N by N."""
    x, y = regression
    centred = np.column_stack([np.ones(60), x - x.mean(axis=0)])
    for penalty in (10.0, 1e-2, 1e-6):
        strength = penalty * np.linalg.norm(centred[:, 1:], ord=2) ** 2 * np.diag([0.0] + [1.0] * 8)
        influence = centred @ np.linalg.solve(centred.T @ centred + strength, centred.T)
        left_over = np.eye(60) - influence
        score = np.mean((left_over @ y) ** 2, axis=0) / (np.trace(left_over) / 60) ** 2 / y.var(axis=0)
        assert Ridge.fit(x, y, [penalty]).score == pytest.approx(score.mean(), rel=1e-8)


def test_the_score_is_near_leaving_one_out(regression):
    x, y = regression
    errors = [y[n] - Ridge.fit(np.delete(x, n, 0), np.delete(y, n, 0), [1e-3]).predict(x[n]) for n in range(60)]
    left_out = np.mean(np.mean(np.square(errors), axis=0) / y.var(axis=0))
    assert Ridge.fit(x, y, [1e-3]).score == pytest.approx(left_out, rel=0.05)


def test_the_smallest_score_wins(regression):
    x, y = regression
    scores = [Ridge.fit(x, y, [penalty]).score for penalty in PENALTIES]
    chosen = Ridge.fit(x, y)
    assert chosen.score == min(scores)
    assert chosen.penalty == PENALTIES[int(np.argmin(scores))]


def test_more_noise_asks_for_a_stronger_penalty():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(80, 40))
    clean, noise = x @ rng.normal(size=(40, 1)), rng.normal(size=(80, 1))
    penalties = [Ridge.fit(x, clean + level * noise).penalty for level in (0.0, 1.0, 100.0)]
    assert penalties[0] < penalties[1] < penalties[2]


def test_what_cannot_be_known_is_the_mean():
    """Constant features, a constant target, and more features than records: finite, and no interpolation of noise."""
    rng = np.random.default_rng(3)
    y = rng.normal(size=(30, 1))
    assert Ridge.fit(np.ones((30, 4)), y).predict(np.ones((1, 4))) == pytest.approx(y.mean())
    assert Ridge.fit(rng.normal(size=(30, 4)), np.full((30, 1), 7.0)).predict(np.ones((1, 4))) == pytest.approx(7.0)
    wide = rng.normal(size=(30, 100))
    for penalties, left in (([1e-14], 0.0), (PENALTIES, 0.5)):
        assert np.mean((Ridge.fit(wide, y, penalties).predict(wide) - y) ** 2) / y.var() == pytest.approx(left, abs=0.2)


def test_units_change_nothing(regression):
    x, y = regression
    plain, other = Ridge.fit(x, y), Ridge.fit(1e3 * x + 5.0, 1e-6 * y)
    assert plain.penalty == other.penalty
    np.testing.assert_allclose(other.predict(1e3 * x + 5.0), 1e-6 * plain.predict(x), rtol=1e-6)
