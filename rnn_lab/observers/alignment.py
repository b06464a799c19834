"""Agreement of a rule's gradient with the whole one, measured beside a training that does not know of it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from rnn_lab.capacity import refuse_too_large
from rnn_lab.component import STRICT, by_name
from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.observers.observer import Array, Observer, Snapshot, Training, Watcher
from rnn_lab.observers.probe import every_nth, take_probe
from rnn_lab.rng import named_rng
from rnn_lab.rules import BPTT, RULES, Reach, Rule
from rnn_lab.rules.rule import begin_epoch

DELTAS = (0.1, 0.5, 0.9)


def _named(rules: Any) -> Any:
    """Take a list of names for the rules of these names."""
    if isinstance(rules, Mapping):
        return rules
    if not isinstance(rules, (list, tuple)):
        raise ValueError("it should be a list of names, such as [snap1,rflo]")
    return {name: by_name(RULES, Rule)(name) for name in rules}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Alignment(Observer):
    """Relative bias and cosine of rules' gradients g' against the whole gradient g, on a probe of the training split.

    g is back-propagation through all steps of the probe. Only the recurrent layers' parameters count: the readout's
    gradient is the same in every rule, and would hide what differs.

        alignment/bias      |g' - g| / |g|, of the run's rule; alignment/bias.NAME of a further rule
        alignment/cosine    g' . g / (|g'| |g|); NaN where g' is zero
        alignment/kappa_D   the smallest k at which the bias of BPTT(k), exactly truncated, is at most D = 0.1, 0.5, 0.9

    Where g is not finite, as of a replica that has diverged, all are NaN.

    Of a random rule it is one draw, whose noise is not the run's. Cost, each time: a gradient by each rule, and up to T
    truncated ones for kappa.

    Args:
        every: epochs between two measurements.
        batch: records of the probe, or lanes of a stream.
        steps: of a stream's lanes; windows have their own.
        kappa: whether kappa is measured.
        rules: further rules, components by name, or the names of some of the lab's own; the run is not trained by them.

    Reference: Aicher, Foti & Fox, "Adaptively truncating backpropagation through time to control gradient bias" (2019).
    """

    every: int = Field(default=10, ge=1)
    batch: int = Field(default=32, ge=1)
    steps: int = Field(default=50, ge=2)
    kappa: bool = True
    rules: Annotated[dict[str, Rule], BeforeValidator(_named)] = Field(default_factory=dict)

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run.

        Raises:
            BadInput: a rule has no gradient to be compared, does not fit the network, or needs too much memory.
        """
        probe = take_probe(training, self.batch, self.steps, "observers.alignment")
        network, (R, T, B) = probe.network, probe.X.shape[:3]
        compared = {"": training.rule} | {f".{name}": rule for name, rule in self.rules.items()}
        for rule in compared.values():
            if not (rule.is_gradient or rule.estimates_gradient):
                raise BadInput(
                    f"observers.alignment compares gradients, and the rule {type(rule).__name__} has none: take another"
                    " rule, or leave this observer out."
                )
            rule.refuse(network)
            refuse_too_large(
                rule.memory(network, R, B, training.reach),
                f"the rule {type(rule).__name__} in observers.alignment with observers.alignment.batch={B}, "
                f"model.hidden_dim={network.model.hidden_dim} and replicas={R}",
            )
        made = {name: (rule, rule.for_windows(network, R, B, training.reach)) for name, rule in compared.items()}
        full = BPTT().for_windows(network, R, B, Reach(bptt_truncate=T))

        def gradient(at_work: Any, parameters: Parameters) -> Array:
            _, found = at_work(parameters, probe.X, probe.Y, probe.weights)
            return recurrent(found, network)

        def measure(snapshot: Snapshot) -> tuple[dict[str, Array], dict[str, Array]]:
            parameters, metrics = snapshot.parameters, {}
            g = gradient(full, parameters).copy()
            for name, (rule, at_work) in made.items():
                begin_epoch(at_work, rule, [named_rng(seed, "noise", snapshot.epoch, 1) for seed in training.seeds])
                found = gradient(at_work, parameters)
                metrics[f"alignment/bias{name}"], metrics[f"alignment/cosine{name}"] = agreement(found, g)
            if self.kappa:
                reaches = (Reach(bptt_truncate=k, bptt_stride=1) for k in range(1, T))  # made one by one: memory
                by_k = (
                    agreement(gradient(BPTT().for_windows(network, R, B, reach), parameters), g)[0] for reach in reaches
                )
                for delta, k in zip(DELTAS, kappas(by_k, DELTAS, R, T), strict=True):
                    metrics[f"alignment/kappa_{delta:g}"] = k
            return metrics, {}

        return every_nth(self.every, training.epochs, measure)


def recurrent(gradient: Parameters, network: Network) -> Array:
    """The recurrent layers' part of a gradient, (R, n)."""
    parts = [gradient[name] for name in network.shapes if name not in ("W_hy", "W_xy", "b_y")]
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def agreement(found: Array, whole: Array) -> tuple[Array, Array]:
    """Relative bias and cosine of gradients (R, n), each (R,).

    Example:
        >>> agreement(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))
        (array([0.70710678]), array([0.70710678]))
    """
    lengths = [np.linalg.norm(each, axis=1) for each in (found, whole, found - whole)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return lengths[2] / lengths[1], (found * whole).sum(axis=1) / (lengths[0] * lengths[1])


def kappas(by_k: Any, deltas: Sequence[float], replicas: int, steps: int) -> list[Array]:
    """Find for each delta the smallest k with bias (R,) <= delta, of biases by k = 1, 2, ...; ``steps`` where none is.

    A bias that is NaN has no smallest k: it is NaN.

    Example:
        >>> kappas([np.array([0.8]), np.array([0.6]), np.array([0.3])], (0.5, 0.9), 1, 4)
        [array([3.]), array([1.])]
    """
    found = [np.full(replicas, float(steps)) for _ in deltas]
    for k, bias in enumerate(by_k, 1):
        for delta, best in zip(deltas, found, strict=True):
            best[np.isnan(bias) & (best == steps)] = np.nan
            best[(bias <= delta) & (best == steps)] = k
        if not any((best == steps).any() for best in found):
            break
    return found
