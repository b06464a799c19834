import numpy as np
import pytest

from rnn_lab.figures import predictions


def example(replicas=1, targets=1, records=40, seed=0):
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(records, targets)).cumsum(axis=0)
    return true, true + 0.1 * rng.normal(size=(replicas, records, targets))


def names(count):
    return tuple(f"y{o}" for o in range(count))


@pytest.mark.parametrize(("replicas", "targets"), [(1, 1), (5, 1), (1, 3), (4, 2)])
def test_each_target_has_its_values_and_its_error(replicas, targets):
    true, predicted = example(replicas, targets)
    figure = predictions(true, predicted, split="validation", targets=names(targets))
    figure.draw_without_rendering()
    assert len(figure.axes) == 2 * targets
    for o in range(targets):
        values, errors = figure.axes[2 * o : 2 * o + 2]
        lines = {line.get_label(): line.get_ydata() for line in values.lines}
        assert (lines["true"] == true[:, o]).all()
        assert lines["predicted"] == pytest.approx(predicted.mean(axis=0)[:, o])
        assert errors.lines[-1].get_ydata() == pytest.approx(predicted.mean(axis=0)[:, o] - true[:, o])
        score = np.sqrt(((predicted - true)[:, :, o] ** 2).mean(axis=1)).mean()
        assert values.get_title(loc="left") == f"y{o}: RMSE {score:.4g}"
        assert values.get_ylabel() == f"y{o}"
        assert len(values.collections) == len(errors.collections) == (replicas > 1)
    assert ("5 replicas" in figure.get_suptitle()) == (replicas == 5)


def test_the_band_is_the_range_over_replicas():
    true, predicted = example(replicas=6)
    figure = predictions(true, predicted, split="train", targets=("y",))
    vertices = figure.axes[0].collections[0].get_paths()[0].vertices
    for record in range(len(true)):
        heights = vertices[vertices[:, 0] == record, 1]
        assert heights.min() == pytest.approx(predicted[:, record, 0].min())
        assert heights.max() == pytest.approx(predicted[:, record, 0].max())


def test_dates_are_labelled_as_dates():
    true, predicted = example()
    days = np.datetime64("2024-01-01", "us") + np.arange(40) * np.timedelta64(1, "D")
    figure = predictions(true, predicted, split="test", targets=("y",), x=days, x_name="day")
    figure.draw_without_rendering()
    labels = {label.get_text() for label in figure.axes[-1].get_xticklabels()}
    assert "Feb" in labels
    assert figure.axes[-1].get_xlabel() == "day"


@pytest.mark.parametrize("spoiled", [np.nan, np.inf, 1e300])
def test_a_replica_that_blew_up_squeezes_nothing(spoiled):
    true, predicted = example(replicas=3)
    predicted[1, 5:9] = spoiled
    figure = predictions(true, predicted, split="train", targets=("y",))
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_ylim()
    assert high - low <= 4 * np.ptp(true)
    assert low <= true.min() <= true.max() <= high


def test_many_targets_are_cut_and_said_to_be():
    true, predicted = example(targets=9)
    figure = predictions(true, predicted, split="train", targets=names(9))
    assert len(figure.axes) == 8
    assert "the first 4 of 9" in figure.get_suptitle()


def test_arguments_are_not_modified():
    true, predicted = example(replicas=3, targets=2)
    copies = true.copy(), predicted.copy()
    predictions(true, predicted, split="train", targets=names(2))
    assert (true == copies[0]).all()
    assert (predicted == copies[1]).all()


def test_an_error_is_spelt_as_on_the_terminal():
    true = np.zeros((10, 1))
    figure = predictions(true, true[None] + 5032.0, split="train", targets=("y",))
    assert figure.axes[0].get_title(loc="left") == "y: RMSE 5032"
