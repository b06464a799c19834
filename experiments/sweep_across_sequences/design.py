"""Sequences and the runs on each: every series of conf/data but one's own CSV file, each short enough for a sweep."""

from dataclasses import dataclass

SHORT = ("data.series.length=800",)
COARSE = (*SHORT, "data.series.step=0.05", "data.series.substeps=5")
"""The same 40 units of time as in conf/data for Lorenz-63, in steps five times as long."""

SEQUENCES: dict[str, tuple[str, ...]] = {
    "sine": (),
    "damped_sine": (),
    "mso": (),
    "chirp": (),
    "amplitude_modulated": (),
    "square": (),
    "sawtooth": (),
    "triangle": (),
    "ar": (),
    "arma": (),
    "random_walk": (),
    "narma10": SHORT,
    "narma30": SHORT,
    "logistic": (),
    "henon": (),
    "mackey_glass": SHORT,
    "mackey_glass30": SHORT,
    "rossler": SHORT,
    "lorenz63": (*COARSE, "data.horizon=5"),  # one step of 0.01 ahead, a linear model is exact to seven digits
    "lorenz96": (*COARSE, "data.horizon=4"),
    "composed": (),
    "sunspots": (),
}
"""Sequence -> what differs from conf/data, beside the recipe."""

NOISY = ("ar", "arma", "random_walk", "composed", "sunspots")
"""With noise of their own, which no forecaster can foretell."""

KEYS = {
    "learning_rate": "optimizer.learning_rate",
    "hidden_dim": "model.hidden_dim",
    "bptt_truncate": "trainer.bptt_truncate",
}
"""Column -> the searched key; the spaces are those of ``search=default``."""

SAMPLERS = ("random", "tpe")
DEFAULT, POOLED = "default", "k scan"


@dataclass(frozen=True)
class Design:
    """Extent of the study.

    Attributes:
        sequences: names of SEQUENCES.
        trials: of each sampler on each sequence, one seed each.
        seeds: networks of each configuration that is compared in the end; none of them took part in a sweep.
        ks: truncation lengths of the scan, beside the window itself.
        more: further overrides of every run.
    """

    sequences: tuple[str, ...] = tuple(SEQUENCES)
    trials: int = 30
    seeds: int = 5
    ks: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    more: tuple[str, ...] = ()

    def overrides(self, sequence: str) -> list[str]:
        """Of a run on a sequence."""
        return [f"data={sequence}", "study=sweep_across_sequences", *SEQUENCES[sequence], *self.more]
