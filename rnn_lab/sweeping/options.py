"""Options that a user may set below ``hydra.sweeper``, checked before anything happens."""

import re
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from omegaconf import DictConfig, ListConfig, OmegaConf
from pydantic import Field, ValidationError
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sweeping.secrets import masked

Direction = Literal["minimize", "maximize"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Options:
    """The sweeper's options, under the names that Optuna and Hydra's own sweepers use.

    Attributes:
        study_name: names the study and, by default, the sweep's folder ``multirun/<study_name>``.
        storage: None for a journal file in the sweep's folder, or the path of one, or any database URL of SQLAlchemy.
        n_trials: total number of finished trials of a study, over all runs of the command.
        n_jobs: how many trials run at a time.
        seed: of the sampler; None takes a new one each time.
        direction: ``minimize`` or ``maximize``, for one objective; ``directions``: one for each of several.
        space: dotted name of a function ``f(config, trial)`` that calls ``trial.suggest_*`` for a conditional space.
        group_by: keys whose swept values form a grid of studies instead of being searched.
        aggregate: how the values of a trial's replicas become one: their mean, median, or the 95 %
            confidence bound (Student's t) on the bad side (upper when minimising).
        timeout: seconds after which no trial is started.
        max_failures: how many trials may fail before the study is given up; None for any number.
        stagnation: end a study when that many finished trials in a row did not improve on the best.
        confirm: with how many fresh seeds a round the best few trials are run again at the end; 0: not at all.
        compare: keys whose values make a study each, like those of ``group_by``, and whose best are then compared.
        compare_seeds: with how many fresh seeds each study's best is run for that.
        examine: let each study answer at its end what it can about itself, on a page in its folder.
        figures: draw each study at its end, into its folder (some seconds).
        tracking: the lab's component for MLflow; a study is then a run there, and its trials' runs lie below it.
        dry_run: print what would be done, and do nothing.
    """

    study_name: str = Field(min_length=1)
    storage: str | None
    n_trials: int = Field(ge=1, le=1_000_000)
    n_jobs: int = Field(ge=1, le=4096)
    seed: int | None = Field(ge=0)
    direction: Direction
    directions: list[Direction] | None = Field(min_length=1)
    space: str | None
    group_by: list[str]
    aggregate: Literal["mean", "median", "upper"]
    timeout: float | None = Field(gt=0)
    max_failures: int | None = Field(ge=0)
    stagnation: int | None = Field(ge=1)
    confirm: int = Field(ge=0, le=1000)
    compare: list[str]
    compare_seeds: int = Field(ge=2, le=1000)
    examine: bool
    figures: bool
    tracking: dict[str, Any] | None
    dry_run: bool
    sampler: dict[str, Any] | str
    pruner: dict[str, Any] | str
    executor: dict[str, Any] | str

    @property
    def objectives(self) -> list[Direction]:
        """One direction for each objective."""
        return self.directions or [self.direction]


def read(config: DictConfig) -> Options:
    """Read ``hydra.sweeper`` of a composed config.

    Raises:
        BadInput: naming the option, its value and what is allowed.
    """
    keys = [str(key) for key in config.hydra.sweeper if key not in ("_target_", "params")]
    given = {key: _plain(config.hydra.sweeper, key) for key in keys}
    if given.get("study_name") is not None:
        given["study_name"] = str(given["study_name"])  # Hydra reads study_name=1 as a number
    try:
        options = Options(**given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"][:1])
        if first["type"] == "unexpected_keyword_argument":
            known = get_close_matches(key, keys_of_options(), n=1)
            hint = f"; did you mean {known[0]}?" if known else f"; there are {', '.join(keys_of_options())}."
            raise BadInput(f"hydra.sweeper.{key} is no option of this sweeper{hint}") from None
        says = re.sub(r"^(Input|List|String|Value)( error,)? should ", "", first["msg"])
        value = masked(repr(first["input"]))
        raise BadInput(f"hydra.sweeper.{key}={value}: it should {says.rstrip('.')}.") from None
    _refuse_path(options.study_name)
    return options


def _refuse_path(name: str) -> None:
    """A study's name is its folder's below multirun/, and leads nowhere else."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        raise BadInput(
            f"hydra.sweeper.study_name={name!r}: it should be a name; hydra.sweep.dir says where a sweep lies."
        )


def keys_of_options() -> list[str]:
    """The names of all options."""
    return [each.name for each in fields(Options)]


def _plain(node: DictConfig, key: str) -> Any:
    value = node[key]
    return OmegaConf.to_container(value, resolve=True) if isinstance(value, DictConfig | ListConfig) else value
