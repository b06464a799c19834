"""Experiment zero: the losses that the tutorial printed, to every digit it printed."""

import numpy as np

from experiments.tutorial.rule import TutorialElman, TutorialRule, full_window_outputs
from rnn_lab.network import Network
from rnn_lab.training import SGD, Trainer, fit

# Epochs 1-5 of the published log; the sixth is already marked by the order of summation.
PUBLISHED = [
    (101185.61756671, 50591.0340148),
    (61205.46869629, 30601.34535365),
    (31225.3198258, 15611.65669247),
    (11245.17049551, 5621.96780111),
    (1264.5157739, 632.02563908),
]
SIXTH = (20.15654115, 10.05477285)


def test_the_published_losses(join, diary) -> None:
    series = np.sin(np.arange(200))
    X = np.stack([series[i : i + 50] for i in range(150)])[:, :, None]
    Y = series[50:, None]
    data = join((X[:100], Y[:100]), (X[100:], Y[100:]))
    network = Network(TutorialElman(hidden_dim=100, activation="sigmoid", encoding="positional", bias=False), 1, 1, 50)
    trainer = Trainer(epochs=5, batch_size=1, shuffle=False, bptt_truncate=5, clip_value=10.0, keep="last")
    state = fit(network, data, trainer, SGD(learning_rate=1e-4), [42], [diary], rule=TutorialRule())
    # The tutorial's loss is a sum over records; the lab's is a mean. Its epoch n is the lab's n - 1.
    sums = np.hstack([100 * diary["train/loss"], 50 * diary["val/loss"]])
    np.testing.assert_allclose(sums[:5], PUBLISHED, rtol=0, atol=5.1e-9)
    np.testing.assert_allclose(sums[5], SIXTH, rtol=2e-5)
    # The rows of W_xh move together: all inputs of a unit are changed by the same amount.
    moved = state.parameters["W_hh"][0] - network.initial([42])["W_hh"][0]
    np.testing.assert_allclose(moved, np.broadcast_to(moved[:1], moved.shape), rtol=1e-9)
    # What the text calls its predictions comes from another forward pass than the one it trained.
    trained, published = network.predict(state.parameters, X), full_window_outputs(state.parameters, X)
    assert np.abs(trained - published).max() > 0.01
