"""Files and lines that a comparison of studies leaves: ``comparison.md``, ``comparison.csv``, and figures."""

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_lab.atomic import atomic_write
from rnn_lab.sweeping import across, comparison
from rnn_lab.sweeping import comparison_across as together
from rnn_lab.sweeping.comparing import measured
from rnn_lab.sweeping.comparison import Group, Verdicts
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.terminal import say, tell

PAGE = "comparison.md"
VALUES = "comparison.csv"
SHOWN = 6
"""Pairs of a sequence that are said on a terminal; of more, those with the best. The page has all."""
STEPS = 101
LEGEND = (
    "Means of fresh seeds, geometric where they differ by more than a factor of three. Intervals in the table are of "
    "other seeds of the same winner; those of the pairs are also of other searches; P is of the two winners' seeds."
)


def report_comparison(studies: Sequence[SweepStudy], folder: Path) -> None:
    """Say what was found and write it into the sweep's folder, with a copy for each study's run in MLflow."""
    if not studies[0].options.compare:
        return
    found = [group for group in comparison.groups(studies) if len(group.entries) > 1]
    if not found:
        say("Nothing is compared: fewer than two studies have a best trial with fresh seeds.")
        return
    judged = comparison.verdicts(found)
    table = across.markdown(comparison.table(found, studies[0].options.compare))
    sentences = comparison.sentences(found, judged) + (together.across(found) if len(found) > 1 else [])
    page = "\n".join([table, "", LEGEND, "", *(f"- {text}" for text in sentences), ""])
    _write(folder / PAGE, page)
    _write(folder / VALUES, _values(found))
    say(f"\nCompared, each value's best with the same {studies[0].options.compare_seeds} fresh seeds:\n\n{table}\n")
    for text in _short(sentences, judged, found):
        tell(text)
    drawn = _draw(found, folder / "figures") if studies[0].options.figures else []
    tell(f"(also in {PAGE}; all values in {VALUES}" + (f"; figures: {', '.join(drawn)})" if drawn else ")"))
    for study in studies:
        if measured(study):
            study.compared = sentences
            shutil.copyfile(folder / PAGE, study.plan.folder / PAGE)
            for name in drawn:
                (study.plan.folder / "figures").mkdir(exist_ok=True)
                shutil.copyfile(folder / "figures" / name, study.plan.folder / "figures" / name)


def _short(sentences: list[str], judged: Verdicts, found: Sequence[Group]) -> list[str]:
    """Those of the sentences that a terminal shows: the first ones are the pairs', in the order of the verdicts."""
    best = {group.where: group.entries[0].label for group in found}
    many = {group.where for group in found if len(group.entries) * (len(group.entries) - 1) / 2 > SHOWN}
    pairs = [
        text for text, (where, a, _) in zip(sentences, judged, strict=False) if where not in many or a == best[where]
    ]
    return [*pairs, *sentences[len(judged) :]]


def _values(found: Sequence[Group]) -> str:
    """A row a seed: what was compared, to the bit."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["data", "value", "trial", "score", "seed", "measured"])
    for group in found:
        for entry in group.entries:
            known = measured(entry.study)
            assert known is not None
            for seed, value in zip(range(*known["seeds"]), entry.values, strict=True):
                text = "" if np.isnan(value) else str(float(value))
                writer.writerow([group.where, entry.label, entry.trial, group.score, seed, text])
    return buffer.getvalue()


def _draw(found: Sequence[Group], folder: Path) -> list[str]:
    from rnn_lab.figures import comparing, save

    panels = {
        group.where: [
            comparing.Found(
                entry.label, entry.values, entry.spread.typical, entry.spread.interval,
                entry.reported if group.score == entry.study.names[0] else None,
            )
            for entry in group.entries
        ]
        for group in found
    }  # fmt: skip
    scores = list(dict.fromkeys(group.score for group in found))
    figures = {"comparison.png": comparing.compared(panels, xlabel=", ".join(scores))}
    relative = together.relative_scores(found) if len(found) > 1 else {}
    finite = np.concatenate([each[np.isfinite(each)] for each in relative.values()] or [np.empty(0)])
    if len(relative) > 1 and finite.size and np.ptp(finite) > 0:
        low, high = float(finite.min()), float(finite.max())
        thresholds = np.geomspace(low, high, STEPS) if low > 0 else np.linspace(low, high, STEPS)
        figures["profiles.png"] = comparing.profiles(
            thresholds,
            {name: together.profile(each, thresholds, found[0].minimize) for name, each in relative.items()},
            xlabel="score over the geometric mean of its sequence" if together.shared_unit(found) else scores[0],
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        save(figure, folder / name)
        figure.clear()
    return list(figures)


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as file:
        file.write(text.encode())
