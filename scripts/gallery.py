"""Draw every sequence and every task of conf/data for rnn_lab/sequences/README.md, and measure their rows in it.

Sequences are in .readme/gallery.png, tasks in .readme/tasks.png; streams have rows only.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from numpy.typing import NDArray
from omegaconf import DictConfig, OmegaConf

from rnn_lab import figures
from rnn_lab.evaluation.baselines import baseline_scores
from rnn_lab.figures.gallery import Panel, gallery
from rnn_lab.figures.tasks import Example, overview
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import (
    Data,
    Forecasting,
    SeriesDataset,
    StreamDataset,
    TaskData,
    TaskDataset,
)

ROOT = Path(__file__).parents[1]
DATA = ROOT / "conf" / "data"
PAGE = ROOT / "rnn_lab" / "sequences" / "README.md"
PICTURE = ROOT / ".readme" / "gallery.png"
PICTURE_OF_TASKS = ROOT / ".readme" / "tasks.png"

HIDDEN_DIM = 32
HEAD_OF_TASKS = ("`data=`", "what it is", "solved if", "its own keys", "T", "D", "O", "answers to compare with")
HEAD_OF_STREAMS = ("`data=`", "what it is", "its own keys", "rows", "D", "O", "baselines")
HEAD = ("`data=`", "what it is", "its own keys", "L", "T", "persistence", "AR(p)", f"ESN{HIDDEN_DIM}")
FAMILIES = (
    "Sine", "DampedSine", "MSO", "Chirp", "AmplitudeModulated", "Square", "Sawtooth", "Triangle",
    "ARMA", "RandomWalk", "NARMA", "Logistic", "Henon", "MackeyGlass", "Rossler", "Lorenz63", "Lorenz96",
    "Sum", "Sunspots", "Table",
    "Adding", "AddingOriginal", "Copying", "TemporalOrder", "DelayedRecall", "Parity", "FinalParity",
    "Reber", "EmbeddedReber",
    "Stream", "Text",
)  # fmt: skip
"""The order of rows and panels: waves, chance, chaos, one's own. What is not named here comes last."""


@cache
def composed(name: str) -> DictConfig:
    """The ``data`` group with this option, every argument written out."""
    with initialize_config_dir(str(DATA.parent), version_base="1.3"):
        data: DictConfig = compose(overrides=[f"+data={name}"]).data
    return data


def kind_of(name: str) -> str:
    """``series``, ``task`` or ``stream``."""
    config = composed(name)
    if config["_target_"].rpartition(".")[2] in ("Stream", "Text", "TwoLags"):
        return "stream"
    return "task" if "task" in config else "series"


def names(kind: str = "series") -> list[str]:
    """Every option of ``data`` that is a series, a ``task`` or a ``stream``, in the order of the families."""

    def place(name: str) -> tuple[int, str]:
        config = composed(name)
        family = config.get(kind, config)["_target_"].rpartition(".")[2]
        return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES), name

    options = [path.stem for path in DATA.glob("*.yaml")]
    return sorted((name for name in options if kind_of(name) == kind), key=place)


def description(text: str) -> str:
    """The sentences at the head of a YAML; lines set in further, such as commands, are left out."""
    head = re.match(r"(#.*\n)+", text)
    lines = head[0].splitlines() if head else []
    return " ".join(line.removeprefix("# ") for line in lines if re.match(r"# \S", line))


def equation(text: str, key: str = "series") -> str:
    """The part of a YAML behind ``series:``, or behind another key."""
    found = re.search(rf"^{key}: +# (.*)$", text, flags=re.M)
    return found[1] if found else ""


def keys(config: DictConfig) -> str:
    """Arguments that only this sequence has, with their values: ``data.series.*``, ``data.task.*``, or a file's."""
    shared = {"_target_", *({"length", "noise", *Forecasting.__dataclass_fields__} if "task" not in config else ())}
    plain: Any = OmegaConf.to_container(config.get("task", config.get("series", config)))
    own = {key: value for key, value in plain.items() if key not in shared}
    return ", ".join(f"`{key}` {_text(value)}" for key, value in own.items())


def _text(value: Any) -> str:
    if isinstance(value, dict):
        kind = value["_target_"].rpartition(".")[2]
        return f"{kind}{_text(value['parts'])}" if "parts" in value else kind
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else {None: "null", "???": "(yours)"}.get(value, str(value))


def row(name: str, dataset: SeriesDataset | None) -> list[str]:
    """One line of the table; NRMSE on the validation targets, with the best of the autoregressions."""
    text, config = (DATA / f"{name}.yaml").read_text(encoding="utf-8"), composed(name)
    formula = equation(text)
    what = f"{description(text)} {f'`{formula}`' if '=' in formula else formula}".strip().replace("|", r"\|")
    measured = ["", "", "", ""]
    if dataset is not None:
        scores = {name: score["nrmse"] for name, score in baseline_scores(dataset, HIDDEN_DIM)["validation"].items()}
        best = min((name for name in scores if name.startswith("AR")), key=scores.__getitem__)
        persistence, echo_state = scores["persistence"], scores[f"ESN{HIDDEN_DIM}"]
        linear = f"{number(scores[best])} ({best})"
        measured = [str(len(dataset.series)), number(persistence), linear, number(echo_state)]
    return [
        f"[{name}](../../conf/data/{name}.yaml)",
        what,
        keys(config),
        measured[0],
        str(config.window),
        *measured[1:],
    ]


def _plural(dataset: Data) -> str:
    """The word for its targets, in the plural where there are several."""
    return targets_of(dataset).what.removesuffix("" if len(dataset.targets) > 1 else "s")


def row_of_task(name: str, dataset: TaskDataset) -> list[str]:
    """One line of the tasks' table, with the exact scores of the answers that need no training."""
    text = (DATA / f"{name}.yaml").read_text(encoding="utf-8")
    answers = [
        f"{answer}: " + ", ".join(f"{metric} {value:.4g}" for metric, value in figures.items())
        for answer, figures in dataset.task.yardsticks().items()
    ]
    return [
        f"[{name}](../../conf/data/{name}.yaml)",
        description(text),
        equation(text, "task").removeprefix("solved if "),
        keys(composed(name)),
        str(dataset.window),
        str(len(dataset.inputs)),
        f"{len(dataset.targets)} {_plural(dataset)}"
        + ", each step" * dataset.each_step
        + ", masked" * (dataset.train.mask is not None),
        "; ".join(answers),
    ]


def row_of_stream(name: str, dataset: StreamDataset) -> list[str]:
    """One line of the streams' table: what baselines score on the validation rows, NRMSE or bits a character."""
    text, metric = (
        (DATA / f"{name}.yaml").read_text(encoding="utf-8"),
        {"numbers": "nrmse", "classes": "bits"}[targets_of(dataset).what],
    )
    found = {name: score[metric] for name, score in baseline_scores(dataset, HIDDEN_DIM)["validation"].items()}
    return [
        f"[{name}](../../conf/data/{name}.yaml)",
        f"{description(text)} {f'`{formula}`' if (formula := equation(text)) else ''}".strip(),
        keys(composed(name)),
        str(dataset.train.stored.length),
        str(len(dataset.inputs)),
        f"{len(dataset.targets)} {_plural(dataset)}",
        f"{metric}: " + ", ".join(f"{name} {value:.3g}" for name, value in found.items()),
    ]


def number(value: float) -> str:
    """Two digits; what is below a billionth is rounding, which differs between machines.

    Example:
        >>> number(0.123), number(2e-16)
        ('0.12', '0')
    """
    return "0" if value < 1e-9 else f"{value:.2g}"


def table(rows: list[list[str]]) -> str:
    """Markdown: three columns of words, then numbers."""
    return _markdown([HEAD, ["---"] * 3 + ["---:"] * (len(HEAD) - 3), *rows])


def table_of_tasks(rows: list[list[str]]) -> str:
    """Markdown: four columns of words, two of numbers, two of words."""
    return _markdown([HEAD_OF_TASKS, [*["---"] * 4, *["---:"] * 2, *["---"] * 2], *rows])


def table_of_streams(rows: list[list[str]]) -> str:
    """Markdown: three columns of words, two of numbers, two of words."""
    return _markdown([HEAD_OF_STREAMS, [*["---"] * 3, *["---:"] * 2, *["---"] * 2], *rows])


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def filled(page: str, content: str, what: str = "generated") -> str:
    """The page with this content between its marks, ``<!-- generated -->`` and the next ``<!-- end -->``."""
    return re.sub(
        rf"(<!-- {what} -->).*?(<!-- end -->)", lambda mark: f"{mark[1]}\n\n{content}\n{mark[2]}", page, flags=re.S
    )


PORTRAITS = {
    "logistic": (1, "each value over the one before"),
    "henon": (0, "y over x"),
    "mackey_glass": (17, "y(t) over y(t - 17)"),
    "mackey_glass30": (30, "y(t) over y(t - 30)"),
    "rossler": (0, "x, y and z"),
    "lorenz63": (0, "x, y and z"),
}
"""Sequences that are drawn in state space too: rows between a value and its past, 0 where the variables are the state
already; and the coordinates in words."""

MAPS = {"logistic", "henon"}
"""Sequences whose states do not lie on a curve in the order of time."""


def states(name: str, series: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, str]:
    """Points in state space, (M, 2) or (M, 3), and their coordinates in words; None where they show little."""
    if name not in PORTRAITS:
        return None, ""
    lag, coordinates = PORTRAITS[name]
    return np.column_stack([series[:-lag], series[lag:]]) if lag else series, coordinates


def panel(name: str, dataset: SeriesDataset) -> Panel:
    """Channels of one sequence that are drawn: its targets, and inputs that are no targets."""
    aside = [column for column in dataset.inputs if column not in dataset.targets]
    columns = [*aside, *dataset.targets]
    series = dataset.series[:, [dataset.columns.index(column) for column in columns]]
    if aside:  # in other units: unscaled, they would flatten the targets
        series = (series - series.mean(axis=0)) / series.std(axis=0)
    caption = re.split(r"[:.,;](?: |$)", description((DATA / f"{name}.yaml").read_text(encoding="utf-8")))[0]
    points, coordinates = states(name, dataset.series)
    return Panel(name, caption, series, columns, len(aside), points, coordinates, orbit=name not in MAPS)


def example(name: str, dataset: TaskDataset) -> Example:
    """The record of one task that is drawn: of the first, that in which the most targets count."""
    caption = description((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    train = dataset.train
    which = 0 if train.mask is None else int(train.mask[:20].sum(axis=1).argmax())
    return Example(name, caption, train, dataset.inputs, dataset.targets, dataset.classes, which)


def main() -> None:
    """Make both pictures and all tables, and say where they are."""
    rows, panels = [], []
    for name in names():
        config = composed(name)
        if OmegaConf.missing_keys(config):  # a file of one's own: nothing to draw or to measure
            rows.append(row(name, None))
            continue
        dataset = instantiate(config, _convert_="all").dataset()
        rows.append(row(name, dataset))
        panels.append(panel(name, dataset))
    rows_of_tasks, examples = [], []
    for name in names("task"):
        drawn: TaskData = instantiate(composed(name), _convert_="all")
        records = drawn.dataset()
        rows_of_tasks.append(row_of_task(name, records))
        examples.append(example(name, records))
    rows_of_streams = [
        row_of_stream(name, instantiate(composed(name), _convert_="all").dataset()) for name in names("stream")
    ]
    PICTURE.parent.mkdir(exist_ok=True)
    figures.save(gallery(panels), PICTURE)
    figures.save(overview(examples), PICTURE_OF_TASKS)
    page = filled(PAGE.read_text(encoding="utf-8"), table(rows))
    page = filled(page, table_of_tasks(rows_of_tasks), "tasks")
    PAGE.write_text(filled(page, table_of_streams(rows_of_streams), "streams"), encoding="utf-8")
    print(f"{len(panels)} sequences drawn: {PICTURE.relative_to(ROOT)}; {len(rows)} rows: {PAGE.relative_to(ROOT)}")
    print(f"{len(examples)} tasks drawn: {PICTURE_OF_TASKS.relative_to(ROOT)}; {len(rows_of_tasks)} rows, likewise")
    print(f"{len(rows_of_streams)} rows of streams, likewise")


if __name__ == "__main__":
    main()
