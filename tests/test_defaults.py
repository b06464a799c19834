"""A component made in Python without arguments is the one that the command makes: every option of conf/ is compared."""

from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

CONF = Path(__file__).parents[1] / "conf"
VARIANTS = {  # options that are named after what they set otherwise
    "optimizer/adamw": {"weight_decay"},
    "optimizer/momentum": {"momentum"},
    "optimizer/nesterov": {"momentum", "nesterov"},
    "tracking/off": {"enabled"},
    "trainer/debug": {"epochs"},
    "trainer/full_batch": {"batch_size", "epochs", "shuffle"},
    "data/ar": {"ar"},
    "data/arma": {"ma"},
    "data/mackey_glass30": {"tau"},
    "data/narma30": {"order", "alpha", "beta", "delta"},
    "data/temporal_order_6b": {"relevant"},
    "data/composed": {"noise"},
}
OF_A_SERIES = {"train", "validation", "test", "fresh", "horizon", "scaling", "columns", "target", "series", "task"}
"""What an option says of the splits, columns and scale of the series or task within: no class could know it."""
OPTIONS = sorted(
    str(path.relative_to(CONF).with_suffix(""))
    for group in ("data", "model", "rule", "optimizer", "trainer", "observers", "evaluation", "tracking")
    for path in (CONF / group).rglob("*.yaml")
)


def made(option: str) -> Any:
    """What the command makes of an option."""
    group, _, name = option.rpartition("/")
    config = OmegaConf.load(CONF / f"{option}.yaml")
    if "defaults" in config:  # only Hydra can put these together
        with initialize_config_dir(str(CONF), version_base="1.3"):
            config = compose(overrides=[f"+{option.replace('/', '=', 1)}"])[group]
    whole = OmegaConf.create({group: config})  # a series of several parts takes its length from the whole
    config = whole[group] if "_target_" in config else whole[group][name]
    return instantiate(config, path="x") if option == "data/csv" else instantiate(config, _convert_="all")


def differing(component: Any) -> set[str]:
    """Arguments with which it was made that its class would not take by itself."""
    arguments = signature(type(component)).parameters.values()
    needed = {one.name: getattr(component, one.name) for one in arguments if one.default is Parameter.empty}
    plain = type(component)(**needed)
    return {one.name for one in arguments if getattr(component, one.name) != getattr(plain, one.name)}


def inner(option: str) -> list[Any]:
    """The component of an option, and of data the series or task within."""
    component = made(option)
    return [component, *(getattr(component, key) for key in ("series", "task") if hasattr(component, key))]


@pytest.mark.parametrize("option", OPTIONS)
def test_the_option_is_the_class_without_arguments(option: str) -> None:
    frame, *within = inner(option)
    found = differing(frame) - (OF_A_SERIES if within or option in ("data/text", "data/two_lags") else set())
    for component in within:
        found |= differing(component)
    assert found == VARIANTS.get(option, set())
