"""The overrides of a run that is resumed: its folder may be anybody's, so they are held to what a recipe may say."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from rnn_lab import paste
from rnn_lab.cli.arguments import without_trust
from rnn_lab.errors import BadInput
from rnn_lab.home import at_home
from rnn_lab.redaction import said
from rnn_lab.trust import check_targets

GROUPS = ("data", "model", "rule", "optimizer", "trainer", "observers", "evaluation", "tracking", "study")
KEYS = (*GROUPS, "seed", "replicas", "objective")
LEFT_OUT = ("search", "trainer.resume", "tracking.uri")
"""Said of the earlier run and not of this one: how it was searched for, what it went on from, where it was sent."""

LONGEST = 1_000_000

_RESUME = re.compile(r"\+*trainer\.resume=(.*)")


def with_resumed(arguments: list[str]) -> list[str]:
    """Put the overrides of the run that ``trainer.resume`` names before one's own.

    So ``trainer.resume=FOLDER`` alone continues a run, whatever it was started with. Of its ``_target_``, those of the
    lab's components pass, of modules that one's own arguments name, and of ``trust=MODULE`` or ``trust=[A,B]``, which
    is for here alone and not handed on.

    Raises:
        BadInput: the folder's overrides cannot be read, or say what no recipe may; nothing of them was made.
    """
    arguments = [_from_home(argument) for argument in arguments]
    folders = [Path(paste.unquoted(match[1])) for match in map(_RESUME.fullmatch, arguments) if match]
    arguments, trusted = without_trust(arguments)
    if trusted and not folders:
        raise BadInput("trust=... names modules of a run that is resumed: say trainer.resume=... too, or leave it out.")
    recorded = folders[-1] / ".hydra" / "overrides.yaml" if folders else None
    if recorded is None or not recorded.is_file():
        return arguments
    trusted += _named(arguments)
    kept = []
    for text in _read(recorded):
        override = _parsed(text, recorded)
        key = override.key_or_group
        if key not in LEFT_OUT:
            _check(override, text, trusted, recorded)
            kept.append(text)
        elif key == "tracking.uri" and not any(re.match(r"\+*tracking\.uri=", argument) for argument in arguments):
            print(
                said(f"{recorded} says {text}, which is not taken over: say it again if you mean it."), file=sys.stderr
            )
    return kept + arguments


def _from_home(argument: str) -> str:
    """The argument with the home folder in place of a ``~`` at the beginning of a run's folder; any other as it is."""
    match = _RESUME.fullmatch(argument)
    if match is None or not (folder := paste.unquoted(match[1])).startswith("~"):
        return argument
    return paste.override("trainer.resume", at_home(folder, "trainer.resume"))


def _read(file: Path) -> list[str]:
    try:
        if file.stat().st_size > LONGEST:
            raise BadInput(f"trainer.resume: {file} is too long for a list of overrides.")
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or "it is no YAML"
        raise BadInput(f"trainer.resume: {file} cannot be read: {reason}.") from error
    if not (isinstance(found, list) and all(isinstance(text, str) for text in found)):
        raise BadInput(f"trainer.resume: {file} is no list of overrides.")
    return found


def _parsed(text: str, file: Path) -> Override:
    try:
        return OverridesParser.create().parse_override(text)
    except (HydraException, RecursionError) as error:
        raise BadInput(f"trainer.resume: {file} holds {text[:100]!r}, which is no override.") from error


def _check(override: Override, text: str, trusted: list[str], recorded: Path) -> None:
    where = f"trainer.resume: {recorded}: {text[:200]}"
    key, value = str(override.key_or_group), override.value()
    parts = re.split(r"[./]", key)
    group = "." not in key and parts[0] in GROUPS
    chosen = value if isinstance(value, list) else [value]
    if (
        parts[0] not in KEYS
        or override.package is not None
        or override.is_sweep_override()
        or re.search(r"\$\{.*:", text, re.S)
        or (group and any(isinstance(option, str) and not re.fullmatch(r"[\w-]+", option) for option in chosen))
    ):
        raise BadInput(f"{where} is not what a resumed run takes over: it takes {', '.join(KEYS)}.")
    check_targets(_nested(parts, value), trusted, where)
    if parts[0] == "tracking" and isinstance(value, dict) and "uri" in value:
        raise BadInput(f"{where} is not what a resumed run takes over: say tracking.uri yourself.")


def _nested(parts: list[str], value: Any) -> Any:
    for part in reversed(parts):
        value = {part: value}
    return value


def _named(arguments: list[str]) -> Iterator[str]:
    """Modules that arguments name: ``model._target_=mine.Cell`` is trust in ``mine``."""
    for argument in arguments:
        for match in re.finditer(r"\b_target_\s*[=:]\s*['\"]?([\w.]+)\.\w+", argument):
            yield match[1]
