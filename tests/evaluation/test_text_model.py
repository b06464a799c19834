"""A network that writes: known distributions, the likeliest characters by a walk of the equations, seeds, refusals."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import TextModel
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.reference import start, step
from rnn_lab.sequences import Text

MODELS = [
    Elman(hidden_dim=3),
    GRU(hidden_dim=3, layers=2, input_skip=True),
    LSTM(hidden_dim=3, initial_state="learned"),
]


@pytest.fixture
def data(tmp_path):
    (tmp_path / "own.txt").write_text("abcd\n" * 9)
    return Text(name="own", path=str(tmp_path / "own.txt"), train=25, validation=20).dataset()


def made(data, model=MODELS[0], replicas=2, dtype="float64"):
    D = len(data.inputs)
    network = Network(model, D, D, None, dtype, each_step=True, loss="cross_entropy")
    parameters = network.initial(range(replicas))
    parameters.flat[...] += 0.8 * np.random.default_rng(0).standard_normal(parameters.flat.shape)
    return TextModel.of(network, parameters, data)


def constant(data, *distributions):
    """Replicas that say the same after every character, each its own."""
    model = made(data, replicas=len(distributions))
    model.parameters["W_hy"][...] = 0.0
    with np.errstate(divide="ignore"):
        model.parameters["b_y"][...] = np.log(distributions)
    return model


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_at_temperature_0_it_is_the_likeliest_by_the_mean_over_replicas(data, model):
    writer = made(data, model)
    writer.parameters.flat[...] *= 3.0
    writer.parameters["b_y"][...] = 0.0  # the state decides
    prompt, expected = "dab\n", ""
    theta = [{name: v[None, r] for name, v in writer.parameters.arrays().items()} for r in range(2)]
    states = [start(model, each, 1) for each in theta]
    for position in range(len(prompt) + 20):
        character = (prompt + expected)[position]
        x = np.array([[float(character == known) for known in data.inputs]])
        p = 0.0
        for r in range(2):
            states[r], o = step(model, theta[r], 0, x, states[r])
            p = p + np.exp(o[0, 0].real) / np.exp(o[0, 0].real).sum() / 2
        if position >= len(prompt) - 1:
            expected += data.targets[int(p.argmax())]
    for seed in (0, 1):
        assert writer.write(prompt, 20, 0.0, rng(seed)) == expected[:20]
    assert len(set(expected)) > 1, "or the test tells little"


SHARES = np.array([0.4, 0.3, 0.2, 0.1, 0.0])


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0])
def test_characters_come_as_often_as_they_should(data, temperature):
    """p^(1/temperature), normalised: within four standard errors of 4000 draws, and never what is impossible."""
    n, expected = 4_000, np.where(SHARES > 0, SHARES ** (1 / temperature), 0.0)
    expected /= expected.sum()
    text = constant(data, SHARES).write("a", n, temperature, rng())
    found = np.array([text.count(character) / n for character in data.targets])
    assert (np.abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)).all()


def test_replicas_write_together_by_the_mean_of_their_probabilities(data):
    one, other = np.eye(5)[0], np.eye(5)[1]
    with np.errstate(invalid="ignore"):
        text = constant(data, one, other).write("a", 1_000, 1.0, rng())
    first, second = data.targets[:2]
    assert set(text) == {first, second}
    assert abs(text.count(first) - 500) < 4 * np.sqrt(250)


def test_seeds_repeat(data):
    writer = made(data)
    assert writer.write("a", 50, 1.0, rng(3)) == writer.write("a", 50, 1.0, rng(3))
    assert writer.write("a", 50, 1.0, rng(3)) != writer.write("a", 50, 1.0, rng(4))


def test_it_goes_on_from_the_prompt_and_does_not_repeat_it(data):
    writer = made(data)
    assert len(writer.write("abcd", 30, 1.0, rng())) == 30
    written = writer.write("ab", 30, 0.0, rng())
    assert writer.write("ab" + written[:7], 23, 0.0, rng()) == written[7:]
    assert writer.write("abcd", 0, 1.0, rng()) == ""
    assert writer.write("abcd", 9, 0.7, rng()) == writer.write("abcd", 20, 0.7, rng())[:9]


@pytest.mark.parametrize("temperature", [1e-3, 1e-300, 5e-324])
@pytest.mark.filterwarnings("error")
def test_a_temperature_near_0_is_like_0(data, temperature):
    for writer in (made(data), constant(data, SHARES), made(data, dtype="float32")):
        assert writer.write("ab", 30, temperature, rng()) == writer.write("ab", 30, 0.0, rng())


def test_a_temperature_near_infinity_is_chance(data):
    text = made(data).write("a", 2_000, 1e300, rng())
    assert all(abs(text.count(known) - 400) < 4 * np.sqrt(320) for known in data.targets)


def test_logits_that_lie_far_apart_are_a_certain_answer(data):
    writer = made(data, replicas=1)
    writer.parameters["W_hy"][...] *= 1e6
    assert writer.write("a", 20, 1.0, rng()) == writer.write("a", 20, 0.0, rng())


def test_a_replica_that_diverged_does_not_silence_the_others(data):
    writer, alone = made(data), made(data, replicas=1)
    alone.parameters.flat[...] = writer.parameters.flat[:1]
    writer.parameters["W_hy"][1] = np.inf
    assert writer.write("ab", 30, 1.0, rng()) == alone.write("ab", 30, 1.0, rng())
    writer.parameters["W_hy"][0] = np.nan
    with pytest.raises(BadInput, match="the network diverged in training"):
        writer.write("ab", 30, 1.0, rng())


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", r"^prompt='' is empty"),
        ("abz", r"^prompt holds 'z' \(character 3\), which the model never saw; it knows '\\nabcd'$"),
        ("é", r"^prompt holds 'é' \(character 1\)"),
    ],
)
def test_prompts_that_cannot_be_read(data, prompt, says):
    with pytest.raises(BadInput, match=says):
        made(data).write(prompt, 5, 1.0, rng())
