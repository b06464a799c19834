"""A Hydra application of a dozen lines that the tests sweep: it reports, sleeps, and fails in every way on request."""

import os
import signal
import sys
import time
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

import rnn_lab.sweeping as sweeping

sweeping.register()


def conditional(config, trial):
    """A space with a branch: ``y`` exists for the kind ``b`` only."""
    if trial.suggest_categorical("kind", ["a", "b"]) == "b":
        trial.suggest_float("y", 0.0, 1.0)


def luck(seed):
    """Value that a seed adds: the search's only one, 0, flatters."""
    return 0.0 if seed == 0 else 0.2 + 0.01 * (seed % 5)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg: DictConfig):
    value = (cfg.x - 0.3) ** 2 + 0.1 * cfg.y
    sys.stdout.write("this goes to the trial's own terminal.log\n")
    for step in range(1, cfg.epochs + 1):
        time.sleep(cfg.sleep)
        sweeping.report(step, value + 1 / step)
    match cfg.ending:
        case "raise":
            raise RuntimeError("as asked\nin two lines")
        case "undefined":
            return float("nan")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            sys.exit(3)
        case "text":
            return "no number"
        case "kill_once" if not (killed := Path(HydraConfig.get().sweep.dir, "killed")).exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "replicas":
            return [value, value + 1, value + 5]
        case "two":
            return [value, cfg.x**2]
        case "lucky":
            return [value + luck(cfg.seed + r) for r in range(cfg.replicas)]
        case "lucky_two":
            each = [value + luck(cfg.seed + r) for r in range(cfg.replicas)]
            return [each, [(cfg.x - 0.5) ** 2] * cfg.replicas]
        case "threads":
            return float(os.environ["OMP_NUM_THREADS"])
        case "sleepy" if cfg.n == 0:
            time.sleep(3)
    return value


if __name__ == "__main__":
    main()
