"""Composing the lab's configuration in the test's own process."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

CONF = Path(__file__).parents[2] / "conf"


@cache
def _composed(*overrides: str) -> DictConfig:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", [*overrides])


@pytest.fixture(scope="session")
def composed() -> Callable[..., DictConfig]:
    def compose_with(*overrides: str) -> DictConfig:
        """Tracking is off; figures are drawn where a test asks for them."""
        return copy.deepcopy(_composed("tracking=off", "tracking.figures=false", *overrides))

    return compose_with
