"""Draw every sequence of conf/data into .readme/gallery.png, and measure its row of rnn_lab/sequences/README.md."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from numpy.typing import NDArray
from omegaconf import DictConfig, OmegaConf

from rnn_lab import figures
from rnn_lab.evaluation import baselines
from rnn_lab.figures.gallery import Panel, gallery
from rnn_lab.sequences import Forecasting, Generated, Henon, Logistic, MackeyGlass, SeriesDataset
from rnn_lab.sequences.runge_kutta import Flow3D

ROOT = Path(__file__).parents[1]
DATA = ROOT / "conf" / "data"
PAGE = ROOT / "rnn_lab" / "sequences" / "README.md"
PICTURE = ROOT / ".readme" / "gallery.png"

HIDDEN_DIM = 32
HEAD = ("`data=`", "what it is", "its own keys", "L", "T", "persistence", "AR(p)", f"ESN{HIDDEN_DIM}")
FAMILIES = (
    "Sine", "DampedSine", "MSO", "Chirp", "AmplitudeModulated", "Square", "Sawtooth", "Triangle",
    "ARMA", "RandomWalk", "NARMA", "Logistic", "Henon", "MackeyGlass", "Rossler", "Lorenz63", "Lorenz96",
    "Sum", "Sunspots", "Table",
)  # fmt: skip
"""The order of rows and panels: waves, chance, chaos, one's own. What is not named here comes last."""


@cache
def composed(name: str) -> DictConfig:
    """The ``data`` group with this option, every argument written out."""
    with initialize_config_dir(str(DATA.parent), version_base="1.3"):
        data: DictConfig = compose(overrides=[f"+data={name}"]).data
    return data


def names() -> list[str]:
    """Every option of ``data``, in the order of the families."""

    def place(name: str) -> tuple[int, str]:
        config = composed(name)
        kind = config.get("series", config)["_target_"].rpartition(".")[2]
        return FAMILIES.index(kind) if kind in FAMILIES else len(FAMILIES), name

    return sorted((path.stem for path in DATA.glob("*.yaml")), key=place)


def description(text: str) -> str:
    """The sentences at the head of a YAML; lines set in further, such as commands, are left out."""
    head = re.match(r"(#.*\n)+", text)
    lines = head[0].splitlines() if head else []
    return " ".join(line.removeprefix("# ") for line in lines if re.match(r"# \S", line))


def equation(text: str) -> str:
    """What a YAML says behind ``series:``."""
    found = re.search(r"^series: +# (.*)$", text, flags=re.M)
    return found[1] if found else ""


def keys(config: DictConfig) -> str:
    """Arguments that only this sequence has, with their values: ``data.series.*``, or a file's."""
    shared = {"_target_", "length", "noise", *Forecasting.__dataclass_fields__}
    plain: Any = OmegaConf.to_container(config.get("series", config))
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
        scores = {name: score["nrmse"] for name, score in baselines(dataset, HIDDEN_DIM)["validation"].items()}
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


def number(value: float) -> str:
    """Two digits; what is below a billionth is rounding, which differs between machines.

    Example:
        >>> number(0.123), number(2e-16)
        ('0.12', '0')
    """
    return "0" if value < 1e-9 else f"{value:.2g}"


def table(rows: list[list[str]]) -> str:
    """Markdown: three columns of words, then numbers."""
    lines = [HEAD, ["---"] * 3 + ["---:"] * (len(HEAD) - 3), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def filled(page: str, content: str) -> str:
    """The page with this content between its marks."""
    return re.sub(
        r"(<!-- generated -->).*(<!-- end -->)", lambda mark: f"{mark[1]}\n\n{content}\n{mark[2]}", page, flags=re.S
    )


def states(data: Forecasting, series: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, str]:
    """Points in state space, (M, 2) or (M, 3), and what they are: the variables, or a single one and its past."""
    match data.series if isinstance(data, Generated) else None:
        case Henon():
            return series, "y over x"
        case Flow3D():
            return series, "x, y and z"
        case Logistic():
            return np.column_stack([series[:-1], series[1:]]), "each value over the one before"
        case MackeyGlass(tau=tau, step=step):
            lag = round(tau / step)
            return np.column_stack([series[:-lag], series[lag:]]), f"y(t) over y(t - {tau:g})"
    return None, ""


def panel(name: str, data: Forecasting, dataset: SeriesDataset) -> Panel:
    """What is drawn of one sequence: its targets, and inputs that are no targets."""
    aside = [column for column in dataset.inputs if column not in dataset.targets]
    columns = [*aside, *dataset.targets]
    series = dataset.series[:, [dataset.columns.index(column) for column in columns]]
    if aside:  # in other units: unscaled, they would flatten the targets
        series = (series - series.mean(axis=0)) / series.std(axis=0)
    caption = re.split(r"[:.,;](?: |$)", description((DATA / f"{name}.yaml").read_text(encoding="utf-8")))[0]
    points, coordinates = states(data, dataset.series)
    continuous = not (isinstance(data, Generated) and isinstance(data.series, Henon | Logistic))
    return Panel(name, caption, series, columns, len(aside), points, coordinates, orbit=continuous)


def main() -> None:
    """Make both, and say where they are."""
    rows, panels = [], []
    for name in names():
        config = composed(name)
        if OmegaConf.missing_keys(config):  # a file of one's own: nothing to draw or to measure
            rows.append(row(name, None))
            continue
        data: Forecasting = instantiate(config, _convert_="all")
        dataset = data.dataset()
        rows.append(row(name, dataset))
        panels.append(panel(name, data, dataset))
    PICTURE.parent.mkdir(exist_ok=True)
    figures.save(gallery(panels), PICTURE)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), table(rows)), encoding="utf-8")
    print(f"{len(panels)} sequences drawn: {PICTURE.relative_to(ROOT)}; {len(rows)} rows: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
