import numpy as np
import pytest
from matplotlib.legend import Legend

from rnn_lab.figures import loss_curves

BASELINES = {"mean": 0.7, "persistence": 0.68, "AR1": 0.6, "AR2": 1e-16}


def example(replicas=1, epochs=20):
    rng = np.random.default_rng(0)
    decay = 0.5 * np.exp(-0.2 * np.arange(epochs))[:, None] * rng.uniform(0.8, 1.2, (epochs, replicas))
    losses = {"train/loss": decay, "val/loss": 1.5 * decay}
    unlike = np.linspace(1.0, 1.1, epochs)[:, None]  # as of several targets: the error is not the loss' square root
    errors = {name.replace("loss", "rmse"): unlike * np.sqrt(2 * a) for name, a in losses.items()}
    return np.arange(epochs), losses | errors


@pytest.mark.parametrize("replicas", [1, 6])
def test_curves_are_the_values_on_a_logarithmic_axis(replicas):
    epochs, metrics = example(replicas)
    figure = loss_curves(epochs, metrics)
    figure.draw_without_rendering()
    for axes, metric in zip(figure.axes, ("loss", "rmse"), strict=True):
        assert axes.get_yscale() == "log"
        labelled = {line.get_label(): line.get_ydata() for line in axes.lines if line.get_label()[0] != "_"}
        for label, prefix in (("training", "train"), ("validation", "val")):
            values = metrics[f"{prefix}/{metric}"]
            assert labelled[label] == pytest.approx(np.median(values, axis=1))
            thin = [line.get_ydata() for line in axes.lines if line.get_linewidth() < 1]
            for replica in values.T if replicas > 1 else ():
                assert any(np.array_equal(line, replica) for line in thin)
            low, high = axes.get_ylim()
            assert low < values.min() < values.max() < high
    assert [axes.get_xlabel() for axes in figure.axes] == ["epoch", "epoch"]
    assert ("6 replicas" in figure.get_suptitle()) == (replicas == 6)


def test_the_band_is_the_middle_half_of_the_replicas():
    epochs, metrics = example(replicas=9)
    axes = loss_curves(epochs, metrics).axes[0]
    vertices = axes.collections[0].get_paths()[0].vertices
    for epoch in epochs:
        heights = vertices[vertices[:, 0] == epoch, 1]
        ordered = np.sort(metrics["train/loss"][epoch])
        assert heights.min() == pytest.approx(ordered[2])
        assert heights.max() == pytest.approx(ordered[6])


def test_each_replica_s_best_epoch_is_on_its_validation_curve():
    epochs, metrics = example(replicas=3)
    best = np.array([4, 19, 11])
    for axes, metric in zip(loss_curves(epochs, metrics, best_epoch=best).axes, ("loss", "rmse"), strict=True):
        (dots,) = (line for line in axes.lines if line.get_label() == "best epochs")
        assert dots.get_xdata().tolist() == best.tolist()
        assert dots.get_ydata().tolist() == metrics[f"val/{metric}"][best, [0, 1, 2]].tolist()


def test_a_baseline_that_was_drawn_several_times_has_a_band_from_the_least_to_the_greatest():
    epochs, metrics = example()
    figure = loss_curves(epochs, metrics, baselines=BASELINES, ranges={"AR1": (0.55, 0.65)})
    band = figure.axes[-1].patches[-1]
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.55, 0.65))
    texts = [text.get_text() for text in figure.axes[-1].get_legend().get_texts()]
    assert "AR1 0.6 (0.55 to 0.65)" in texts


def test_epochs_need_not_start_at_zero():
    epochs, metrics = example()
    figure = loss_curves(epochs + 100, metrics, best_epoch=np.array([107]))
    (dot,) = (line for line in figure.axes[0].lines if line.get_label() == "best epoch (107)")
    assert dot.get_ydata().tolist() == metrics["val/loss"][7].tolist()


def test_baselines_cross_the_error_panel_and_all_are_named():
    epochs, metrics = example()
    figure = loss_curves(epochs, metrics, baselines=BASELINES)
    figure.draw_without_rendering()
    errors = figure.axes[1]
    heights = [line.get_ydata()[0] for line in errors.lines if len(line.get_xdata()) == 2]
    assert sorted(heights) == [0.6, 0.68, 0.7]  # the exact one would squeeze the curves
    assert errors.get_ylim()[0] > 1e-4
    texts = [text.get_text() for text in errors.get_legend().get_texts()]
    assert texts == ["mean 0.7", "persistence 0.68", "AR1 0.6", "AR2 1e-16 (below)"]


def test_a_replica_that_explodes_leaves_through_the_top():
    epochs, metrics = example(replicas=5)
    ordinary = metrics["train/loss"].max()
    for values in metrics.values():
        values[10:15, 2], values[15:, 2] = 1e250, np.nan
    figure = loss_curves(epochs, metrics, best_epoch=np.array([19, 19, 9, 19, 19]))
    figure.draw_without_rendering()
    assert figure.axes[0].get_ylim()[1] < 100 * ordinary


@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf])
def test_nothing_to_show_is_no_error(value):
    epochs, metrics = example(epochs=3)
    nothing = {name: np.full_like(values, value) for name, values in metrics.items()}
    figure = loss_curves(epochs, nothing, best_epoch=np.array([0]), baselines=BASELINES)
    figure.draw_without_rendering()


def test_a_single_epoch_shows_as_points():
    epochs, metrics = example(epochs=1)
    copies = {name: values.copy() for name, values in metrics.items()}
    figure = loss_curves(epochs, metrics, best_epoch=np.array([0]))
    figure.draw_without_rendering()
    assert all(line.get_marker() == "o" for line in figure.axes[0].lines)
    assert all((metrics[name] == copies[name]).all() for name in metrics)


def test_a_loss_that_is_the_error_squared_is_not_drawn_again():
    """Of one target, loss = rmse^2 / (2 scale^2): the same curve on a logarithmic axis."""
    rmse = np.geomspace(9.0, 0.5, 8)[:, None] * [1.0, 1.2]
    metrics = {f"{prefix}/rmse": factor * rmse for prefix, factor in (("train", 1.0), ("val", 1.1))}
    metrics |= {name.replace("rmse", "loss"): values**2 / 18 for name, values in metrics.items()}
    (axes,) = loss_curves(np.arange(8), metrics, baselines={"AR1": 2.0}).axes
    assert axes.get_ylabel().startswith("RMSE")
    legends = [each for each in axes.get_children() if isinstance(each, Legend)]
    assert {text.get_text() for each in legends for text in each.get_texts()} == {"training", "validation", "AR1 2"}
    metrics["val/loss"] = metrics["val/loss"] * np.linspace(1, 1.01, 8)[:, None]  # of several targets it is not
    assert len(loss_curves(np.arange(8), metrics, baselines={"AR1": 2.0}).axes) == 2


def test_curves_and_baselines_are_of_the_score_that_the_axis_names():
    epochs, metrics = example()
    metrics |= {"train/nrmse": metrics["train/rmse"] / 1e4, "val/nrmse": metrics["val/rmse"] / 1e4}
    _, errors = loss_curves(epochs, metrics, baselines={"AR1": float(metrics["val/nrmse"][3, 0])}, score="nrmse").axes
    np.testing.assert_array_equal(errors.lines[0].get_ydata(), metrics["train/nrmse"][:, 0])
    assert errors.get_ylabel() == "NRMSE (without a unit)"
    assert errors.get_legend().get_title().get_text() == "Validation NRMSE of"
