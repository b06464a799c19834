import numpy as np
import pytest

from rnn_lab.evaluation import Forecaster, FreeRun
from rnn_lab.figures import of_free_runs
from rnn_lab.figures.free_run import decorrelation, error_curves, free_run, states
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Generated, Henon, Lorenz63, Sine

S = 50


def example(replicas=1, targets=1, valid=12):
    rng = np.random.default_rng(0)
    true = rng.normal(size=(S, targets))
    return true, true + rng.normal(size=(replicas, S, targets)), valid + np.arange(replicas)


def drawn(figure):
    figure.draw_without_rendering()
    return figure


def lines(axes):
    return {line.get_label(): np.asarray(line.get_ydata(), float) for line in axes.lines}


@pytest.mark.parametrize(("replicas", "targets"), [(1, 1), (5, 2), (12, 6)])
def test_a_free_run_is_drawn_over_what_happened(replicas, targets):
    true, forecast, valid = example(replicas, targets)
    figure = drawn(free_run(true, forecast, valid, targets=[f"y{o}" for o in range(targets)]))
    shown = min(targets, 4)
    assert len(figure.axes) == shown
    middle = (replicas - 1) // 2
    seen = 4 * int(valid[middle])
    for o, axes in enumerate(figure.axes):
        found = lines(axes)
        assert found["true"] == pytest.approx(true[:seen, o])
        assert found["free-running, from its own forecasts"] == pytest.approx(forecast[middle, :seen, o])
        (mark,) = (line for line in axes.lines if line.get_label() == "no longer valid")
        assert list(mark.get_xdata()) == [valid[middle] + 0.5] * 2
        assert len(axes.lines) == 3 + min(replicas, 8) - 1
        assert axes.get_ylabel() == f"y{o}"
    assert figure.get_suptitle().startswith(f"A free run of typical length, valid for {valid[middle]} steps")


def test_a_run_that_never_goes_wrong_has_no_mark():
    true, forecast, _ = example()
    figure = drawn(free_run(true, forecast, np.array([S]), targets=["y"], lyapunov_times=0.1))
    assert list(lines(figure.axes[0])) == ["free-running, from its own forecasts", "true"]
    assert figure.get_suptitle() == "A free run of typical length, valid for all 50 steps, 5 Lyapunov times"


def test_a_run_that_blows_up_leaves_through_the_top():
    true, forecast, valid = example()
    forecast[0, :, 0] = np.geomspace(1, 1e300, S)
    forecast[0, -5:] = np.nan
    low, high = drawn(free_run(true, forecast, valid, targets=["y"])).axes[0].get_ylim()
    assert low < true.min() < true.max() < high
    assert high - low < 4 * np.ptp(true)


def growing(rate=0.2, first=1e-4):
    network = np.minimum(first * np.exp(rate * np.arange(S)), 1.0)
    return {"network": network, "persistence": np.full(S, 0.9), "AR2": np.full(S, 1e-16)}


def test_errors_are_drawn_on_a_logarithmic_axis_beside_the_exponent():
    growth = growing()
    each = growth["network"] * np.array([0.5, 1.0, 2.0, 4.0])[None, :, None]
    (axes,) = drawn(error_curves(growth, each, threshold=0.5, lyapunov_times=0.2)).axes
    found = lines(axes)
    assert axes.get_yscale() == "log"
    assert found["network"] == pytest.approx(growth["network"])
    assert found["persistence"] == pytest.approx(growth["persistence"])
    assert "AR2 (below)" in found
    slope = found["growth by the Lyapunov exponent"]
    assert np.diff(np.log(slope)) == pytest.approx(0.2)
    assert slope[:40] == pytest.approx(growth["network"][:40], rel=1e-6)  # it touches the curve, which is as steep
    assert found["valid below 0.5"].tolist() == [0.5, 0.5]
    (band,) = axes.collections
    path = band.get_paths()[0].vertices
    assert path[:, 1].max() <= each[0, 3].max()
    low, high = axes.get_ylim()
    assert low == pytest.approx(0.5e-4)  # what lies below the network's curve, and out of sight, takes no room
    assert high > 1.0


def test_steps_are_whole_numbers():
    true = np.sin(np.arange(21.0))[:, None]
    short = {name: curve[:21] for name, curve in growing().items()}
    for figure in (
        free_run(true, true[None], np.array([21]), targets=["y"]),
        error_curves(short, short["network"][None, None], threshold=0.5),
    ):
        ticks = drawn(figure).axes[-1].get_xticks()
        assert len(ticks) > 3
        assert (ticks == ticks.round()).all()


def test_curves_that_a_logarithm_cannot_show_are_left_out():
    growth = {"network": np.full(S, np.inf), "AR2": np.zeros(S)}
    (axes,) = drawn(error_curves(growth, np.full((1, 2, S), np.inf), threshold=0.5, lyapunov_times=0.1)).axes
    assert np.isnan(lines(axes)["network"]).all()
    assert "growth by the Lyapunov exponent" not in lines(axes)


def test_a_map_is_drawn_as_points_against_the_next():
    series = Henon(length=400)(np.random.default_rng(0))[:, :1]
    runs = series[:120].reshape(4, 30, 1)
    figure = drawn(states(series, {"network": runs}, targets=["x"]))
    true, network = figure.axes
    assert (true.get_title(loc="left"), network.get_title(loc="left")) == ("true", "network")
    assert (true.get_xlabel(), true.get_ylabel()) == ("x at n", "x at n + 1")
    points = np.asarray(network.collections[0].get_offsets())
    assert points.shape == (4 * 29, 2)
    assert points[:, 1].max() == pytest.approx(runs[:, 1:].max())
    before = np.asarray(true.collections[0].get_offsets())
    assert before[0].tolist() == pytest.approx([series[0, 0], series[1, 0]])


def test_a_flow_is_drawn_as_lines_in_its_own_space():
    series = Lorenz63(length=600, step=0.02, transient=100)(np.random.default_rng(0))
    runs = series[:500].reshape(5, 100, 3)
    figure = drawn(states(series, {"network": runs, "AR9": runs}, targets=["x", "y", "z"]))
    assert [len(axes.lines) for axes in figure.axes] == [1, 5, 5]
    two = drawn(states(series[:, :2], {"network": runs[:, :, :2]}, targets=["x", "y"])).axes[1]
    assert np.asarray(two.lines[3].get_ydata()) == pytest.approx(runs[3, :, 1])
    assert (two.get_xlabel(), figure.axes[0].get_ylabel()) == ("x", "z, seen from above")


def test_runs_shorter_than_the_memory_of_their_series():
    series = np.sin(0.01 * np.arange(900.0))[:, None]
    figure = drawn(states(series, {"network": series[:9].reshape(3, 3, 1)}, targets=["x"]))
    assert decorrelation(series[:, 0]) > 3
    assert figure.axes[0].get_ylabel() == "x at n + 2"


@pytest.mark.parametrize("series", [Sine(length=120), Henon(length=120)], ids=["sine", "henon"])
@pytest.mark.parametrize(("replicas", "steps"), [(1, 20), (3, 2), (2, 1)])
def test_everything_is_drawn_of_free_runs(series, replicas, steps):
    data = Generated(name="series", series=series, window=4, train=0.6, validation=0.4)
    dataset = data.dataset()
    network = Network(Elman(hidden_dim=3), len(dataset.inputs), len(dataset.targets), window=4)
    forecaster = Forecaster.of(network, network.initial(range(replicas)), dataset)
    runs = FreeRun(steps=steps, starts=5).plan(dataset, data).carry_out(forecaster, {})
    figures = {name: drawn(figure) for name, figure, _ in of_free_runs(runs)}
    assert list(figures) == ["free_run", "free_run_error", *(["free_run_states"] if steps > 2 else [])]
    above = [child for child in figures["free_run"].axes[0].child_axes if child.get_xlabel() == "Lyapunov times"]
    assert bool(above) == isinstance(series, Henon)
