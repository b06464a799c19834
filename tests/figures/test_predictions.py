import numpy as np
import pytest

from rnn_lab.figures import PredictionSteps, predictions


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
        assert values.get_title(loc="left") == f"y{o}: RMSE {score:.3g}"
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
    assert PredictionSteps(true, split="train", targets=names(9)).image(predicted, 0).shape[0] < 1000


def test_arguments_are_not_modified():
    true, predicted = example(replicas=3, targets=2)
    copies = true.copy(), predicted.copy()
    predictions(true, predicted, split="train", targets=names(2))
    PredictionSteps(true, split="train", targets=names(2)).image(predicted, 3)
    assert (true == copies[0]).all()
    assert (predicted == copies[1]).all()


class TestSteps:
    """An image after others is the image that a fresh painter makes: nothing is left of earlier steps."""

    @pytest.mark.parametrize(("replicas", "targets"), [(1, 1), (3, 2)])
    def test_no_trace_of_earlier_images(self, replicas, targets):
        true, first = example(replicas, targets)
        second = first + 0.5
        used = PredictionSteps(true, split="validation", targets=names(targets))
        before = used.image(first, 0).copy()
        after = used.image(second, 1)
        fresh = PredictionSteps(true, split="validation", targets=names(targets))
        assert (fresh.image(second, 1) == after).all()
        assert (before != after).any()
        assert (used.image(first, 0) == before).all()

    def test_the_image_shows_the_prediction_where_it_is(self):
        """A constant prediction paints a row of the split's colour at its height on the fixed axis."""
        true = np.linspace(0.0, 1.0, 30)[:, None]
        steps = PredictionSteps(true, split="validation", targets=("y",))
        for value in (0.25, 0.75):
            image = steps.image(np.full((1, 30, 1), value), 0).astype(int)
            orange = (image[:, :, 0] > 190) & (image[:, :, 2] < 60)
            row = int(np.argmax(orange.sum(axis=1)))
            axes = steps.figure.axes[0]
            height = image.shape[0] - axes.transData.transform((0, value))[1]
            assert row == pytest.approx(height, abs=2)

    def test_the_axis_stays_and_the_title_tells_epoch_and_error(self):
        true, predicted = example()
        steps = PredictionSteps(true, split="train", targets=("y",))
        limits = steps.axes[0].get_ylim()
        steps.image(1e6 * predicted, 41)
        assert steps.axes[0].get_ylim() == limits
        assert limits[0] < true.min() < true.max() < limits[1]
        score = np.sqrt(np.mean((1e6 * predicted - true) ** 2))
        (title,) = (text.get_text() for text in steps.axes[0].texts)
        assert title == f"Training, epoch 41: RMSE {score:.4g}"

    def test_probabilities_of_the_right_class_have_the_axis_of_all_probabilities(self):
        """They should all be 1: an axis around that would show none of them."""
        true, name = np.ones((30, 1)), ("probability of the right class",)
        steps = PredictionSteps(true, split="validation", targets=name, probabilities=True)
        low, high = steps.axes[0].get_ylim()
        assert low < 0.0 < 1.0 < high < 1.1
        image = steps.image(np.stack([np.full((30, 1), 0.125), np.full((30, 1), 0.25)]), 3).astype(int)
        assert ((image[:, :, 0] > 190) & (image[:, :, 2] < 60)).any()
        (title,) = (text.get_text() for text in steps.axes[0].texts)
        assert title == "Validation, epoch 3: average 0.1875, mean of 2 replicas"

    def test_epoch_zero_of_a_lost_network_is_an_image_too(self):
        true, predicted = example()
        image = PredictionSteps(true, split="train", targets=("y",)).image(np.full_like(predicted, np.nan), 0)
        assert (image.dtype, image.ndim, image.shape[2]) == (np.uint8, 3, 3)
