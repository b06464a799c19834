"""The transcription of the tutorial's loops prints what the tutorial printed."""

import numpy as np

from experiments.tutorial.loops import train


def test_first_five_epochs_are_the_published_ones() -> None:
    published = [  # the tutorial's own log
        (101185.61756671, 50591.0340148),
        (61205.46869629, 30601.34535365),
        (31225.3198258, 15611.65669247),
        (11245.17049551, 5621.96780111),
        (1264.5157739, 632.02563908),
    ]
    np.testing.assert_allclose(list(train(seed=42, epochs=5)), published, rtol=0, atol=5e-9)
