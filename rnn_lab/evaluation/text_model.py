"""A network that was trained on text, ready to write."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.sequences import Alphabet
from rnn_lab.sequences.criteria import softmax

OPENING, CHARACTERS, TEMPERATURE = 20, 300, 0.8
"""Of a sample: the prompt's characters, those that are written, and how."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class TextModel(Trained):
    """R trained networks that say which character comes next; they write together, by the mean of their probabilities.

    Example:
        >>> from rnn_lab.network import Elman, Network
        >>> from rnn_lab.sequences import Text
        >>> data = Text(name="text", train=0.8, validation=0.2).dataset()
        >>> D = len(data.inputs)
        >>> network = Network(Elman(hidden_dim=4), D, D, window=None, each_step=True, loss="cross_entropy")
        >>> model = TextModel.of(network, network.initial([0]), data)
        >>> len(model.write("In the", steps=10, temperature=1.0, rng=np.random.default_rng(0)))
        10
    """

    def write(self, prompt: str, steps: int, temperature: float, rng: np.random.Generator) -> str:
        """Go on after a prompt: each character is drawn with p_i^(1 / temperature) / sum_j p_j^(1 / temperature).

        Args:
            prompt: at least one character, all of them in the alphabet.
            steps: characters to write.
            temperature: 1 draws by the network's own probabilities, less prefers likely ones, 0 takes the likeliest.
            rng: the only source of randomness.

        Raises:
            BadInput: the prompt is empty, or holds a character that the model never saw; or the networks diverged.
        """
        if not prompt:
            raise BadInput("prompt='' is empty: give the text at least one character to go on from")
        alphabet = Alphabet(self.targets)
        numbers = alphabet.encode(prompt)
        R = self.parameters.replicas
        recurrence = self.network.unroll(R, 1, history=1)
        recurrence.begin(self.parameters)
        outputs = np.empty((R, 1, 1, len(alphabet)), self.network.dtype)
        written: list[int] = []
        for position in range(len(numbers) + steps):
            if position < len(numbers):
                number = int(numbers[position])
            else:
                number = _draw(_mean(softmax(outputs.astype(np.float64))[:, 0, 0]), temperature, rng)
                written.append(number)
            x = alphabet.one_hot(np.array([[number]])).astype(self.network.dtype)
            X = np.broadcast_to(x, (R, *x.shape))
            with np.errstate(over="ignore", invalid="ignore"):
                self.network.readout(self.parameters, recurrence.forward_steps(self.parameters, X), X, outputs)
        return alphabet.decode(np.array(written, dtype=np.int64))

    def sample(self, data: Any, rng: np.random.Generator) -> dict[str, Any] | None:
        """Text that the network writes after the first characters of validation, with these and the temperature.

        Of classes that are no next inputs there is none: to go on from them would say nothing.
        """
        if not data.continues:
            return None
        opening = data.validation.read_targets(0, min(OPENING, data.validation.length))
        prompt = Alphabet(self.targets).decode(opening)
        return {
            "prompt": prompt,
            "temperature": TEMPERATURE,
            "text": self.write(prompt, CHARACTERS, TEMPERATURE, rng),
        }


def _mean(probabilities: np.ndarray) -> np.ndarray:
    """The mean over the replicas (R, O) that have any: one that diverged must not silence the others."""
    finite = np.isfinite(probabilities).all(axis=1)
    if not finite.any():
        raise BadInput("the network diverged in training: its outputs are no numbers, and nothing can be written")
    return np.asarray(probabilities[finite].mean(axis=0))


def _draw(probabilities: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    if temperature == 0:
        return int(probabilities.argmax())
    with np.errstate(divide="ignore", over="ignore"):
        heated = softmax(np.log(probabilities / probabilities.max()) / temperature)  # 0 at most, however cold
    return int(rng.choice(len(heated), p=heated / heated.sum()))
