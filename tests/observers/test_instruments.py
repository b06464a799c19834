"""Measurements of the instruments, on networks whose answers are known beforehand."""

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.observers import Alignment, GradientByLag, Memory, RecurrentMatrix, Snapshot, Training, Units
from rnn_lab.rules import BPTT, RTRL, Reach, Readout, Rule
from rnn_lab.sequences import Adding, Copying, DelayedRecall, Generated, Reber, Sine, Stream, TaskData

SEEDS = (0, 1)
ADDING = TaskData(name="adding", task=Adding(length=12), train=30, validation=10).dataset()
RECALL = TaskData(name="recall", task=DelayedRecall(length=12, delay=3), train=30, validation=10).dataset()
REBER = TaskData(name="reber", task=Reber(length=20), train=30, validation=10).dataset()
COPYING = TaskData(name="copying", task=Copying(delay=3, count=2, symbols=3), train=30, validation=10).dataset()
STREAM = Stream(name="sine", series=Sine(length=300), train=200, validation=100).dataset()
WINDOWS = Generated(name="sine", series=Sine(length=60), window=6, train=20, validation=10).dataset()


def measured(observer, data, model, change=None, rule=None, k=4):
    """Measurement before training; ``change`` sets the weights."""
    network = Network.for_data(data, model)
    parameters = network.initial(SEEDS)
    if change:
        change(parameters)
    watcher = observer.watch(Training(network, data, rule or BPTT(), Reach(bptt_truncate=k), SEEDS, 10))
    return watcher(Snapshot(0, parameters, {}))


def half(parameters) -> None:
    """A linear network that forgets half of its state each step."""
    parameters["W_hh"][...] = 0.5 * np.eye(4)


@pytest.mark.parametrize("data", [ADDING, RECALL, STREAM, COPYING, REBER, WINDOWS], ids=lambda data: data.name)
def test_a_gradient_that_halves_each_step(data) -> None:
    """|dL/dh| at lag j is 2^-j: its rate is 1/2, and beyond k = 4 lies 2^-4 of it, but for the window's end."""
    seen = measured(GradientByLag(steps=40), data, Elman(hidden_dim=4, activation="identity"), half)
    lengths = seen.arrays["dh_by_lag"]
    np.testing.assert_allclose(lengths / lengths[:, :1], np.tile(0.5 ** np.arange(lengths.shape[1]), (2, 1)), rtol=1e-9)
    np.testing.assert_allclose(seen.metrics["grad/decay_by_lag"], 0.5, rtol=1e-9)
    n = lengths.shape[1]
    np.testing.assert_allclose(seen.metrics["grad/share_beyond_k"], (0.5**4 - 0.5**n) / (1 - 0.5**n), rtol=1e-9)


@pytest.mark.parametrize("data", [ADDING, RECALL, STREAM, REBER], ids=lambda data: data.name)
@pytest.mark.parametrize("model", [Elman(hidden_dim=4), GRU(hidden_dim=4), LSTM(hidden_dim=4)], ids=repr)
def test_alignment_of_rules_that_are_known(data, model) -> None:
    observer = Alignment(steps=12, rules={"rtrl": RTRL(), "none": Readout()})
    seen = measured(observer, data, model, rule=BPTT(), k=2).metrics
    assert (seen["alignment/bias"] > 1e-3).all()
    np.testing.assert_allclose(seen["alignment/bias.rtrl"], 0.0, atol=1e-10)
    np.testing.assert_allclose(seen["alignment/cosine.rtrl"], 1.0, atol=1e-10)
    np.testing.assert_allclose(seen["alignment/bias.none"], 1.0)
    assert np.isnan(seen["alignment/cosine.none"]).all()
    assert (seen["alignment/kappa_0.1"] >= seen["alignment/kappa_0.5"]).all()
    assert (seen["alignment/kappa_0.5"] >= seen["alignment/kappa_0.9"]).all()


def test_kappa_is_the_first_k_whose_bias_is_small_enough() -> None:
    model = Elman(hidden_dim=4, gain=0.8)
    kappa = measured(Alignment(), ADDING, model).metrics["alignment/kappa_0.1"]
    for r, k in enumerate(map(int, kappa)):
        at, before = (
            measured(Alignment(kappa=False), ADDING, model, k=reach).metrics["alignment/bias"][r]
            for reach in (k, k - 1)
        )
        assert at <= 0.1 < before


def test_where_there_is_no_gradient_there_is_no_kappa() -> None:
    """One replica has diverged, and what is measured of the other one is what it was."""

    def lose(parameters) -> None:
        parameters["W_hh"][1] = np.inf

    plain, lost = (measured(Alignment(), ADDING, Elman(hidden_dim=4), change).metrics for change in (None, lose))
    for name in ("alignment/kappa_0.1", "alignment/kappa_0.5", "alignment/kappa_0.9"):
        np.testing.assert_array_equal(lost[name], [plain[name][0], np.nan])


class Direction(Rule):
    """A rule that is no gradient."""

    supports_sampling, is_gradient = False, False

    def for_windows(self, network, replicas, batch, settings):
        raise AssertionError

    def for_stream(self, network, replicas, lanes, settings):
        raise AssertionError


@pytest.mark.parametrize(
    ("observer", "data", "model", "rule", "words"),
    [
        (Alignment(), ADDING, Elman(hidden_dim=4), Direction(), "the rule Direction has none"),
        (Alignment(rules={"rtrl": RTRL()}), ADDING, Elman(hidden_dim=4, layers=2), BPTT(), r"needs model\.layers=1"),
        (
            GradientByLag(steps=500),
            STREAM,
            Elman(hidden_dim=4),
            BPTT(),
            r"gradient_by_lag\.steps=500 is more than the 199",
        ),
        (Memory(), ADDING, Elman(hidden_dim=4, encoding="positional"), BPTT(), r"needs model\.encoding=shared"),
        (Memory(delays=500, steps=500), ADDING, Elman(hidden_dim=4), BPTT(), r"memory\.delays=500 must be less than"),
        (
            Alignment(rules={"rtrl": RTRL()}),
            ADDING,
            Elman(hidden_dim=1500),
            BPTT(),
            r"RTRL in observers\..* GB of memory",
        ),
        (
            Units(batch=10**11),
            STREAM,
            Elman(hidden_dim=4),
            BPTT(),
            r"observers\.units\.batch=100000000000 of 50 steps with model\.hidden_dim=4 and replicas=2 needs .* GB",
        ),
        (Memory(steps=10**11), STREAM, Elman(hidden_dim=4), BPTT(), r"memory\.steps=100000000000 with .* GB of memory"),
        (Memory(steps=100), ADDING, Elman(hidden_dim=64), BPTT(), r"memory\.steps=100 .* at least 260"),
    ],
)
def test_what_does_not_fit_is_one_sentence(observer, data, model, rule, words) -> None:
    with pytest.raises(BadInput, match=words):
        measured(observer, data, model, rule=rule)


def test_singular_values_of_orthogonal_and_of_shifting_matrices() -> None:
    seen = measured(RecurrentMatrix(), ADDING, LSTM(hidden_dim=4, gain=0.7))
    np.testing.assert_allclose(seen.arrays["singular_values"], 0.7, rtol=1e-12)
    np.testing.assert_allclose(seen.metrics["weights/non_normality"], 0.0, atol=1e-7)

    def shift(parameters) -> None:
        parameters["W_hh"][...] = np.eye(4, k=1)

    seen = measured(RecurrentMatrix(), ADDING, Elman(hidden_dim=4), shift)
    np.testing.assert_allclose(seen.metrics["weights/non_normality"], 1.0, atol=1e-7)
    np.testing.assert_allclose(seen.metrics["weights/singular_min"], 0.0, atol=1e-12)


def test_a_delay_line_remembers_as_many_inputs_as_it_has_units() -> None:
    def line(parameters) -> None:
        parameters["W_hh"][...] = np.eye(6, k=1)
        parameters["W_xh"][...] = np.eye(1, 6)

    model = Elman(hidden_dim=6, activation="identity", bias=False)
    seen = measured(Memory(delays=10, steps=2000), RECALL, model, line)
    np.testing.assert_allclose(seen.arrays["recall_by_delay"], [[1.0] * 6 + [0.0] * 5] * 2, atol=0.02)
    np.testing.assert_allclose(seen.metrics["memory/capacity"], 6.0, atol=0.05)


@pytest.mark.parametrize(
    ("activation", "weight", "share"), [("tanh", 100.0, 1.0), ("tanh", 0.1, 0.0), ("sigmoid", 90.0, 1.0)]
)
def test_units_that_are_driven_hard_are_saturated(activation, weight, share) -> None:
    def drive(parameters) -> None:
        parameters["W_xh"][...] = weight
        parameters["W_hh"][...] = 0.0
        parameters["b_h"][...] = weight

    seen = measured(Units(), ADDING, Elman(hidden_dim=4, activation=activation), drive)
    np.testing.assert_allclose(seen.metrics["units/saturated"], share, atol=0.02)
    assert (seen.metrics["units/effective_rank"] < 1.01).all()  # all units are the same
    relu = measured(Units(), ADDING, Elman(hidden_dim=4, activation="relu"), lambda p: p["b_h"].fill(-9.0))
    np.testing.assert_allclose(relu.metrics["units/saturated"], 1.0)


@pytest.mark.parametrize("first", [0, 4])
def test_every_nth_epoch_and_the_last(first) -> None:
    """Wherever a run begins: one that resumes has the curves of one that was never interrupted."""
    network = Network.for_data(WINDOWS, Elman(hidden_dim=4))
    watcher = GradientByLag(every=3).watch(Training(network, WINDOWS, BPTT(), Reach(bptt_truncate=4), SEEDS, 10))
    parameters = network.initial(SEEDS)
    told = [watcher(Snapshot(epoch, parameters, {})) for epoch in range(first, 11)]
    measured_at = [epoch for epoch, seen in enumerate(told, first) if seen.arrays]
    assert measured_at == [epoch for epoch in (0, 3, 6, 9, 10) if epoch >= first]
    assert [bool(np.isnan(seen.metrics["grad/share_beyond_k"]).any()) for seen in told] == [
        not seen.arrays for seen in told
    ]


def test_one_name_in_place_of_a_list_of_rules_is_one_sentence() -> None:
    with pytest.raises(ValidationError, match=r"it should be a list of names, such as \[snap1,rflo\]"):
        Alignment(rules="snap1")  # type: ignore[arg-type]
