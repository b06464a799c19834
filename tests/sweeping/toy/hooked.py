"""The toy as an application that says what its sweeps should know of it."""

import hydra
from omegaconf import DictConfig

from rnn_lab import sweeping
from rnn_lab.errors import BadInput
from rnn_lab.sweeping.app import App


def check(config: DictConfig) -> list[str]:
    """Refuse a rate above 1, as a run would; name what a run returns."""
    if config.rate > 1:
        raise BadInput(f"rate={config.rate} is not allowed: it should be at most 1.")
    return ["val/loss", "seconds"] if config.ending == "two" else ["val/loss"]


sweeping.register(
    App(check=check, defaults={"n_trials": 4, "n_jobs": 1}, trial=["y=0.5"], idle=["nothing"], repeats=True)
)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg: DictConfig):
    if cfg.ending == "raise":
        raise RuntimeError("as asked")
    return cfg.x**2 + cfg.y


if __name__ == "__main__":
    main()
