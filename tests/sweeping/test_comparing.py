"""Comparisons of values by a study each, in the toy application and its real processes."""

import csv
import os
import signal

import numpy as np
from scipy import stats

from rnn_lab.sweeping.attributes import COMPARED

SWEEP = (
    "search=default",
    "data=sine",
    "y=0,3",
    "x=interval(0,1)",
    "n=3",
    "ending=lucky",
    "hydra.sweeper.compare=[y]",
    "hydra.sweeper.compare_seeds=6",
    "hydra.sweeper.confirm=2",
    "hydra.sweeper.n_trials=6",
    "hydra.sweeper.seed=1",
)


def luck(seed):
    """Value that `toy.luck` adds for a seed."""
    return 0.2 + 0.01 * (seed % 5)


def test_a_comparison_survives_kill_9_and_says_what_fresh_seeds_say(toy):
    folder = toy.folder / "multirun" / "toy"
    names = [f"toy/data=sine_y={y}" for y in (0, 3)]
    process = toy.start(*SWEEP, sweeper=False)
    toy.wait_for(lambda: any(folder.glob("*/comparison/*")), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not all(COMPARED in toy.study(name, "toy").user_attrs for name in names)

    out, _ = toy.sweep(*SWEEP, sweeper=False)
    assert all(len(toy.study(name, "toy").trials) == 6 for name in names)  # no search is done again
    with (folder / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 6
    found = {}
    for row in rows:
        x = toy.study(f"toy/data=sine_y={row['value']}", "toy").trials[int(row["trial"])].params["x"]
        expected = (x - 0.3) ** 2 + 0.1 * float(row["value"]) + luck(int(row["seed"]))
        assert abs(float(row["measured"]) - expected) < 1e-12
        assert int(row["seed"]) >= 1 + 3 * 2  # neither the search nor any round of a race has seen it
        found.setdefault(row["value"], []).append(float(row["measured"]))
    page = (folder / "comparison.md").read_text()
    mean = np.mean(found["0"])
    interval = stats.t.interval(0.95, 5, mean, stats.sem(found["0"]))
    assert f"| {mean:.4g}" in page
    assert "{:.4g} to {:.4g}".format(*interval) in page
    assert f"- 0 is better than 3: difference {mean - np.mean(found['3']):.4g}" in page
    for name in names:
        assert (folder / name.removeprefix("toy/") / "comparison.md").read_text() == page
    assert "0 is better than 3" in out
