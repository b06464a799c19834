"""Configs, final scores and histories of many runs, as pandas frames."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_lab.errors import BadInput
from rnn_lab.runs.folder import RunFolder
from rnn_lab.scoring.spread import CONFIDENCE, spread
from rnn_lab.tracking.comparison import compared
from rnn_lab.tracking.journal import NAME

if TYPE_CHECKING:
    import pandas as pd

LOW, HIGH = (f"{end} ({100 * CONFIDENCE:.0f} %)" for end in ("low", "high"))
"""Names of the columns of an interval's ends."""

FORMATS: Mapping[str, Callable[["pd.DataFrame"], str]] = {
    "csv": lambda frame: str(frame.to_csv(index=False)),
    "markdown": lambda frame: _markdown(frame),
    "latex": lambda frame: _latex(frame),
}


def load(*places: Path | str) -> "Runs":
    """Find all runs in some folders and below them, the oldest first.

    Args:
        places: folders, such as ``outputs`` and ``multirun``; or run folders themselves.

    Raises:
        BadInput: one of them is no folder, or a journal cannot be read.
    """
    found: dict[Path, RunFolder] = {}
    for place in places:
        if not Path(place).is_dir():
            raise BadInput(f"{place} is no folder")
        for journal in Path(place).rglob(NAME):
            found[journal.parent.resolve()] = RunFolder(journal.parent)
    runs = [run for run in found.values() if run.facts and not run.is_study]
    return Runs(tuple(sorted(runs, key=lambda run: (run.started, str(run.path)))))


@dataclass(frozen=True)
class Runs:
    """Runs, read from their folders.

    Attributes:
        folders: one a run.
    """

    folders: tuple[RunFolder, ...]

    def __len__(self) -> int:
        return len(self.folders)

    def __repr__(self) -> str:
        return f"Runs({len(self)})"

    def table(self) -> "pd.DataFrame":
        """One row a run: folder, status, start, parameters that can be compared, and final scores.

        Scores have the journal's names, ``val/rmse``; a run without a summary has none.
        """
        import pandas as pd

        rows = [
            {
                "folder": str(run.path),
                "status": run.status,
                "started": pd.Timestamp(run.started, unit="s"),
                **compared(run.config, run.facts.get("data")),
                **run.scores,
            }
            for run in self.folders
        ]
        frame = pd.DataFrame(rows)
        typed: pd.DataFrame = frame.apply(_numeric)
        return typed

    def history(self, *, wide: bool = False, replicas: bool = False) -> "pd.DataFrame":
        """The curves of all runs.

        Args:
            wide: one column a metric, one row an epoch; otherwise long: one row a run, epoch and metric.
            replicas: each replica's own values, in a column ``replica``, instead of their mean.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for run in self.folders:
            folder = str(run.path)
            for fact in run.epochs:
                if replicas and "replicas" in fact:
                    for r in range(len(next(iter(fact["replicas"].values())))):
                        values = {name: float(each[r]) for name, each in fact["replicas"].items()}
                        rows.append({"folder": folder, "replica": r, "epoch": fact["epoch"], **values})
                else:
                    own = {"replica": 0} if replicas else {}
                    values = {name: float(value) for name, value in fact["metrics"].items()}
                    rows.append({"folder": folder, **own, "epoch": fact["epoch"], **values})
        frame = pd.DataFrame(rows)
        keys = ["folder", "replica", "epoch"] if replicas else ["folder", "epoch"]
        return frame if wide or frame.empty else frame.melt(keys, var_name="metric", value_name="value")

    def seeds(self, score: str | None = None) -> "pd.DataFrame":
        """One row a seed, replicas apart: folder, seed, whether it diverged, the score's name, and its value.

        The value is that of the kept weights; a replica that diverged has none. A run without the score has no row.

        Args:
            score: name of a final score, ``val/rmse``; None: of each run the one by which its weights were kept.
        """
        import pandas as pd

        rows = [
            {
                "folder": str(run.path),
                "seed": replica["seed"],
                "diverged": bool(replica.get("diverged")),
                "score": name,
                # Of one that diverged the weights of epoch 0 were scored, which is no result of the setting.
                "value": float("nan") if replica.get("diverged") else float(replica["metrics"][name]),
            }
            for run in self.folders
            if (name := score or run.score)
            for replica in run.facts.get("summary", {}).get("replicas", [])
            if name in replica["metrics"]
        ]
        return pd.DataFrame(rows, columns=["folder", "seed", "diverged", "score", "value"])

    def grouped(self, by: Sequence[str], score: str | None = None) -> "pd.DataFrame":
        """A score over the seeds of each setting: mean, standard deviation, and interval of `rnn_lab.scoring.spread`.

        Runs with different scores have rows of their own. ``seeds`` counts those that the numbers are of, ``diverged``
        those that were left out.

        Args:
            by: columns of `table`, such as ``["data.name", "model", "model.hidden_dim"]``.
            score: name of a final score, ``val/rmse``; None: of each run the one by which its weights were kept.

        Raises:
            BadInput: no run has such a column or score.
        """
        import pandas as pd

        table, seeds = self.table(), self.seeds(score)
        by = list(dict.fromkeys(by))
        if unknown := [name for name in by if name not in table]:
            raise BadInput(f"no run has {unknown[0]}{_near(unknown[0], table.columns)}")
        if seeds.empty:
            known = dict.fromkeys(name for run in self.folders for name in run.scores)
            raise BadInput(f"no run has the score {score}{_near(score, known)}" if score else "no run has a score yet")
        settings = table.set_index("folder", drop=False).loc[seeds["folder"], by]
        keys = [*(settings[name].to_numpy() for name in by), seeds["score"]]
        rows = []
        for setting, each in seeds.groupby(keys, dropna=False, sort=False):
            found = spread(each["value"])
            low, high = found.interval or (float("nan"), float("nan"))
            given = dict(zip([*by, "score"], setting, strict=True))
            counts = {"seeds": found.replicas, "diverged": found.diverged}
            ends = {LOW: low, HIGH: high, "interval of": found.of if found.interval else ""}
            rows.append({**given, **counts, "mean": found.mean, "sd": found.standard_deviation, **ends})
        return pd.DataFrame(rows)


def short(frame: "pd.DataFrame") -> list[list[str]]:
    """Write a frame of `Runs.grouped` as rows of text that are narrow enough for a terminal, the header first."""
    numbers = ["seeds", "diverged", "mean", "sd", LOW, HIGH, "interval of"]
    given = [name for name in frame.columns if name not in numbers]
    rows = [[*map(str, given), "seeds", "mean", "sd", LOW.replace("low", "interval")]]
    for *setting, seeds, lost, mean, sd, low, high, of in frame[given + numbers].itertuples(index=False):
        count = f"{seeds} of {seeds + lost}" if lost else str(seeds)
        interval = f"{low:.3g} to {high:.3g}" if of else ""
        rows.append([*map(_cell, setting), count, _cell(mean), _cell(sd), interval])
    return rows


def written(frame: "pd.DataFrame", form: str) -> str:
    """Write a frame as ``csv``, ``markdown`` or ``latex``.

    Raises:
        BadInput: another format.
    """
    if form not in FORMATS:
        raise BadInput(f"format={form} is not known: say {', '.join(FORMATS)}")
    return FORMATS[form](frame)


def _near(name: str, known: Iterable[str]) -> str:
    """Say which known names a name is like, if any: all of them are more than a screen."""
    near = difflib.get_close_matches(name, list(known))
    return f"; similar names are {', '.join(near)}" if near else ""


def _numeric(column: Any) -> Any:
    import pandas as pd

    try:
        return pd.to_numeric(column) if column.dtype != "datetime64[ns]" else column
    except (ValueError, TypeError):
        return column


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return str(value)


def _markdown(frame: "pd.DataFrame") -> str:
    rows = [[str(name) for name in frame.columns], ["---"] * len(frame.columns)]
    rows += [[_cell(value).replace("|", "\\|") for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _latex(frame: "pd.DataFrame") -> str:
    def safe(text: str) -> str:
        text = text.replace("\\", "\\textbackslash ")
        for character in "&%$#_{}":
            text = text.replace(character, f"\\{character}")
        return text

    lines = [" & ".join(safe(str(name)) for name in frame.columns) + r" \\", r"\midrule"]
    lines += [" & ".join(safe(_cell(value)) for value in row) + r" \\" for row in frame.itertuples(index=False)]
    columns = "l" * len(frame.columns)
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", r"\toprule", *lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
