"""Sweeps' folders and records as accident or somebody else left them: used where they can be, refused where not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optuna import Study

from rnn_lab.errors import BadInput
from rnn_lab.redaction import redact
from rnn_lab.sweeping.attributes import (
    COMPARED,
    CONFIRMED,
    DEFINITION,
    EARLIER,
    FOLDER,
    INTERRUPTED,
    REASON,
    RETRY_OF,
    RUN,
    SAME_AS,
    SECONDS,
    SINCE,
)
from rnn_lab.sweeping.race import CONFIRMATION

DAMAGED = (LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, ValueError, AssertionError)
"""Errors that reading a record ends in that says something else than it was written to say."""

OF_STUDY: dict[str, tuple[type, ...]] = {
    DEFINITION: (dict,),
    EARLIER: (list,),
    FOLDER: (str,),
    RUN: (str, type(None)),
    SINCE: (int,),
    COMPARED: (dict,),
    CONFIRMED: (dict,),
    CONFIRMATION: (dict,),
}
"""A study's attributes, and what they may be."""

OF_TRIAL: dict[str, tuple[type, ...]] = {
    FOLDER: (str,),
    INTERRUPTED: (bool,),
    REASON: (str,),
    RETRY_OF: (int,),
    SAME_AS: (int,),
    SECONDS: (int, float),
}
"""A trial's."""


def refuse_links(folder: Path) -> None:
    """Refuse a sweep's folder with a symbolic link that leads out of it: a sweep writes through what it finds there.

    Raises:
        BadInput: it names the first one; nothing was followed or written.

    Example:
        >>> refuse_links(Path("/there/is/none"))
    """
    home = folder.resolve()
    for place, folders, files in os.walk(folder):
        for name in sorted([*folders, *files]):
            path = Path(place, name)
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(home):
                raise BadInput(
                    f"{path} is a link that leads out of the sweep's folder: remove it, or name a new folder."
                )


def check_attributes(study: Study, address: str) -> None:
    """See that what a study keeps in its storage is of the kinds that it was written as.

    Raises:
        BadInput: it names the first that is not.
    """
    found = [(study.user_attrs, OF_STUDY, "the study")]
    found += [(each.user_attrs, OF_TRIAL, f"trial {each.number}") for each in study.get_trials(deepcopy=False)]
    for attributes, kinds, whose in found:
        for name, kind in kinds.items():
            if name in attributes and not isinstance(attributes[name], kind):
                said = repr(attributes[name])[:60]
                raise BadInput(_sentence(study.study_name, address, f"{name!r} of {whose} is {said}"))


@contextmanager
def damage_said(name: str, address: str) -> Iterator[None]:
    """Make one sentence of what reading a damaged record ends in.

    Raises:
        BadInput: the record of the study is damaged; or what was raised as such.
    """
    try:
        yield
    except BadInput:
        raise
    except DAMAGED as error:
        raise BadInput(
            _sentence(name, address, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
        ) from error


def _sentence(name: str, address: str, what: str) -> str:
    return f"The record of the study {name!r} in {redact(address)} is damaged: {what}."
