"""Rows of `benchmark.py`'s table about sweeps: against Hydra's official Optuna sweeper, and against themselves.

The official sweeper needs a newer Hydra than the lab's, so it lives in an environment of its own:

    python -m venv .venv-rival
    .venv-rival/bin/pip install --pre hydra-optuna-sweeper==1.4.0rc3 hydra-joblib-launcher
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import geometric_mean
from subprocess import run

import optuna
from comparisons import ROOT, Programs, Row, in_turn, seconds

from rnn_lab.sweeping.storage import connect

RIVAL = ROOT / ".venv-rival" / "bin" / "python"
OFFICIAL = "hydra-optuna-sweeper 1.4.0rc3, joblib"
APP = """
import sys, time, hydra
from hydra.core.hydra_config import HydraConfig
if "hydra/sweeper=rnn_lab" in sys.argv:
    import rnn_lab.sweeping
    rnn_lab.sweeping.register()

@hydra.main(version_base="1.3", config_path=None)
def main(config):
    if "uneven" in config:
        time.sleep(4.0 if HydraConfig.get().job.num % 32 in (0, 5, 9, 14, 18, 23, 27) else 0.4)
    return config.x ** 2

if __name__ == "__main__":
    main()
"""
_names = (f"sweep{number}" for number in count())


def _ours(programs: Programs, *overrides: str) -> float:
    """Seconds of a sweep of the little application."""
    app = programs.folder / "app.py"
    app.write_text(APP)
    name = f"hydra.sweeper.study_name={next(_names)}"
    return seconds(lambda: programs.python(app, "-m", "hydra/sweeper=rnn_lab", "+x=interval(-1,1)", name, *overrides))


def _theirs(programs: Programs, jobs: int, *overrides: str) -> float:
    """The same with the official sweeper."""
    if not RIVAL.exists():
        raise ModuleNotFoundError(name=f"{OFFICIAL} (see scripts/sweep_comparisons.py)")
    app = programs.folder / "app.py"
    app.write_text(APP)
    sweeper = ("-m", "hydra/sweeper=optuna", "hydra/launcher=joblib", "+x=interval(-1,1)")
    dirs = (f"hydra.sweep.dir={next(_names)}", f"hydra.launcher.n_jobs={jobs}")
    command: list[str | Path] = [RIVAL, app, *sweeper, *dirs, *overrides]
    return seconds(lambda: run(command, cwd=programs.folder, capture_output=True, check=True))


def uneven(programs: Programs, rounds: int) -> Iterator[Row]:
    """A long trial must not hold the short ones back."""
    common = ("hydra.sweeper.n_trials=32", "hydra.sweeper.n_jobs=4", "+uneven=true")
    ours, theirs = in_turn(min(rounds, 3), lambda: _ours(programs, *common), lambda: _theirs(programs, 4, *common))
    yield Row("32 uneven trials, 4 at a time", "s", ours, theirs, OFFICIAL, limit=1 / 1.8)


def overhead(programs: Programs, rounds: int) -> Iterator[Row]:
    """Cost of the sweeper itself, with trials that do nothing; starting the workers is not a trial's cost."""
    many, few = "hydra.sweeper.n_trials=40", "hydra.sweeper.n_trials=2"
    ours, short, theirs = in_turn(
        rounds, lambda: _ours(programs, many), lambda: _ours(programs, few), lambda: _theirs(programs, 2, many)
    )
    yield Row("40 empty trials, 2 at a time", "s", ours, theirs, OFFICIAL, limit=1.0)
    yield Row("one more empty trial", "ms", 1e3 * (ours - short) / 38, 60.0, "what was allowed", limit=1.0)


def _search(programs: Programs, *overrides: str) -> tuple[float, optuna.Study]:
    """The default search on sine: its seconds and its study."""
    name = next(_names)
    fixed = ("search=default", "data=sine", f"hydra.sweeper.study_name={name}", "hydra.sweeper.figures=false")
    seeded = overrides if any("sweeper.seed" in each for each in overrides) else (*overrides, "hydra.sweeper.seed=1")
    wall = seconds(lambda: programs.python(ROOT / "scripts/train.py", *fixed, *seeded))
    storage = connect(str(programs.folder / "multirun" / name / "optuna.journal"))
    return wall, optuna.load_study(study_name=f"{name}/data=sine", storage=storage)


def jobs(programs: Programs, rounds: int) -> Iterator[Row]:
    """Two workers on two cores; without pruning and with random trials, so that both do the same work."""
    same = ("tracking=off", "hydra/sweeper/pruner=none", "hydra/sweeper/sampler=random")
    two, one = in_turn(
        min(rounds, 3),
        lambda: _search(programs, *same, "hydra.sweeper.n_jobs=2")[0],
        lambda: _search(programs, *same, "hydra.sweeper.n_jobs=1")[0],
    )
    yield Row("the default search, n_jobs=2", "s", two, one, "n_jobs=1", limit=1 / 1.6)


def pruning(programs: Programs, rounds: int) -> Iterator[Row]:
    """Epochs that the pruner saves, and what it costs; one trial at a time in each search, as a seed says.

    A pruned trial also changes what TPE proposes next, so that the two searches part, for better or worse: the best
    value differs by half from seed to seed. Hence four seeds a round; nothing is timed, so two searches run at once.
    Random trials are the same on both sides, and show what pruning itself costs.
    """
    seeds = range(1, 4 * rounds + 1)

    def searches(*overrides: str) -> list[optuna.Study]:
        fixed = ("tracking=off", "hydra.sweeper.n_jobs=1", *overrides)
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda seed: _search(programs, *fixed, f"hydra.sweeper.seed={seed}")[1], seeds))

    for sampler in ("tpe", "random"):
        chosen = f"hydra/sweeper/sampler={sampler}"
        on, off = searches(chosen), searches(chosen, "hydra/sweeper/pruner=none")
        ours, theirs = (
            sum(len(trial.intermediate_values) for one in side for trial in one.trials) for side in (on, off)
        )
        yield Row(f"epochs of the search by {sampler}, pruned", "epochs", ours, theirs, "unpruned", limit=0.7)
        best, unpruned = (geometric_mean([study.best_value for study in side]) for side in (on, off))
        yield Row(f"its best val/rmse, {len(seeds)} seeds", "", best, unpruned, "unpruned", limit=1.1)


def remembered(programs: Programs, rounds: int) -> Iterator[Row]:
    """A sweep that MLflow remembers."""
    store = f"tracking.uri=sqlite:///{Path(programs.folder, 'mlflow.db')}"
    same = ("hydra/sweeper/pruner=none", "hydra/sweeper/sampler=random")
    with_mlflow, without = in_turn(
        min(rounds, 3),
        lambda: _search(programs, *same, store)[0],
        lambda: _search(programs, *same, "tracking=off")[0],
    )
    yield Row("the default search with MLflow", "s", with_mlflow, without, "tracking=off", limit=1.15)


SWEEPS = {f"sweep_{each.__name__}": each for each in (uneven, overhead, jobs, pruning, remembered)}
