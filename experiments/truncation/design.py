"""The design of the truncation study: its cells, and the two sizes in which it is carried out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

LONGEST = 12
"""k = 0 is a readout alone, and the longest k reaches all lags of every task."""

TASKS: Mapping[str, tuple[str, ...]] = {
    "lags 3, 8": ("data.near=3", "data.far=8"),
    "lags 1, 4": ("data.near=1", "data.far=4"),
    "lags 5, 11": ("data.near=5", "data.far=11"),
}
"""Two-lag streams: name -> overrides beside the recipe's."""

WINDOWED = ("data.train=12000", "data.validation=1000", "data.test=2000", "trainer.batch_size=20", "~data.length")
WINDOWS: Mapping[str, tuple[str, ...]] = {
    "recall of 5": ("data=delayed_recall", "data.task.length=15", "data.task.delay=5", *WINDOWED),
    "adding, T = 12": ("data=adding", "data.task.length=12", *WINDOWED),
    "copying, T = 3": ("data=copying", "data.task.delay=3", "data.task.count=3", "data.task.symbols=4", *WINDOWED),
}
"""Tasks of windows, of the full design alone: 600 updates an epoch, as along a stream."""

RATES: Mapping[str, tuple[float, ...]] = {
    "adam": (0.006, 0.002, 0.02, 0.0006),
    "rmsprop": (0.006, 0.002, 0.02, 0.0006),
    "sgd": (0.6, 0.2, 2.0, 0.06),
}
"""Optimizer -> learning rates from which each cell chooses; a size takes the first few."""
READOUT_RATES = (0.06, 0.2, 0.02, 0.6)
"""Those of k = 0 with Adam: a readout alone is a convex problem, and bears larger steps."""

EVERY_WAY = ("k = 1", f"k = {LONGEST}", "SnAp-1", "UORO", "RTRL")
RULES: Mapping[str, str] = {"SnAp-1": "snap1", "RFLO": "rflo", "UORO": "uoro", "RTRL": "rtrl"}


@dataclass(frozen=True)
class Cell:
    """One cell of the design: what is trained; each has a learning rate of its own.

    Attributes:
        part: of the study: ``reach``, ``rules``, ``gated``, ``linear`` or ``long``.
        task: of `TASKS` or `WINDOWS`.
        gain, hidden_dim: of the recurrent layer.
        how: ``k = 0``, ``k = 5`` and so on, or a name of `RULES`.
        optimizer: of `RATES`.
        extra: further overrides.
    """

    part: str
    task: str
    gain: float
    hidden_dim: int
    how: str
    optimizer: str = "adam"
    extra: tuple[str, ...] = ()

    @property
    def k(self) -> int | None:
        """The reach of back-propagation; None of another rule."""
        return int(self.how.removeprefix("k = ")) if self.how.startswith("k = ") else None

    @property
    def rates(self) -> tuple[float, ...]:
        """Learning rates to choose from, the likeliest first."""
        return READOUT_RATES if self.k == 0 else RATES[self.optimizer]

    @property
    def overrides(self) -> list[str]:
        """Beside learning rate, seeds, epochs and observers."""
        k = self.k
        if k is None:
            rule = [f"rule={RULES[self.how]}", "trainer.bptt_truncate=1"]
        else:
            rule = ["rule=readout"] * (k == 0) + [f"trainer.bptt_truncate={max(k, 1)}"]
        return [
            "study=truncation",
            "observers=[alignment,gradient_by_lag,memory]",
            *{**TASKS, **WINDOWS}[self.task],
            *([f"optimizer={self.optimizer}", "optimizer/schedule=cosine"] if self.optimizer != "adam" else []),
            f"model.gain={self.gain:g}",
            f"model.hidden_dim={self.hidden_dim}",
            *rule,
            *self.extra,
        ]


@dataclass(frozen=True)
class Size:
    """Amount of it that is carried out.

    Attributes:
        epochs: of 600 updates each.
        rates: learning rates that each cell tries.
        tuning, fresh: seeds by which a rate is chosen, and those on which it is reported.
        combinations: of the first part: task, hidden_dim and gain; ``ks`` are tried in each.
        rules: of the second: optimizer, gain, and the ways that are tried, at ``rule_hidden_dim``.
        gated: ways that are tried with a GRU, where RFLO is more than one step of back-propagation.
    """

    epochs: int
    rates: int
    tuning: range
    fresh: range
    combinations: Sequence[tuple[str, int, float]]
    ks: tuple[int, ...]
    rules: Sequence[tuple[str, float, tuple[str, ...]]]
    rule_hidden_dim: int
    gated: tuple[str, ...] = ()

    @property
    def seeds_and_budget(self) -> str:
        """Settings that the rows of a cell depend on beside the cell."""
        return f"{self.epochs} epochs, {self.rates} rates, seeds {self.tuning} and {self.fresh}"

    def cells(self) -> Iterator[Cell]:
        """Every cell, the same ones each time."""
        for (task, H, gain), k in product(self.combinations, self.ks):
            yield Cell("reach", task, gain, H, f"k = {k}", extra=("trainer.bptt_stride=1",) * (task in WINDOWS))
        for optimizer, gain, ways in self.rules:
            for how in ways:
                yield Cell("rules", "lags 3, 8", gain, self.rule_hidden_dim, how, optimizer)
        linear = ("model.activation=identity", "trainer.dtype=float64")
        for how in ("k = 1", f"k = {LONGEST}"):
            yield Cell("linear", "lags 1, 4", 0.3, 16, how, "sgd", linear)
        yield Cell("linear", "lags 1, 4", 0.3, 16, "RFLO", "sgd", (*linear, "rule.feedback=random"))
        for how in self.gated:
            yield Cell("gated", "lags 3, 8", 0.3, 8, how, extra=("model=gru",))


REDUCED = Size(
    epochs=2,
    rates=3,
    tuning=range(2),
    fresh=range(100, 107),
    combinations=(
        ("lags 3, 8", 32, 0.1),
        ("lags 3, 8", 32, 0.3),
        ("lags 3, 8", 32, 0.9),
        ("lags 1, 4", 32, 0.3),
        ("lags 5, 11", 32, 0.3),
    ),
    ks=(0, 1, 3, 5, 12),
    rules=(("adam", 0.3, EVERY_WAY), ("rmsprop", 0.3, ("k = 1", "RTRL")), ("adam", 0.9, ("k = 1", "SnAp-1", "RTRL"))),
    rule_hidden_dim=10,
)
FULL = Size(
    epochs=4,
    rates=4,
    tuning=range(2),
    fresh=range(100, 108),
    combinations=(
        *product(("lags 3, 8",), (8, 32, 64), (0.1, 0.3, 0.9)),
        *product(("lags 1, 4", "lags 5, 11", *WINDOWS), (32,), (0.1, 0.3, 0.9)),
    ),
    ks=(0, 1, 2, 3, 5, 8, 12),
    rules=tuple(product(RATES, (0.1, 0.3, 0.9), (EVERY_WAY,))),
    rule_hidden_dim=12,
    gated=("k = 1", f"k = {LONGEST}", "RFLO", "SnAp-1", "RTRL"),
)
LONG = ("k = 0", "k = 9", "k = 12")
"""Trained for twelve epochs at one learning rate: how close to the closed form does it get?"""
