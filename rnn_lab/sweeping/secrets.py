"""Passwords in a sweep's description: refused where they would be remembered."""

import re
from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig, OmegaConf

from rnn_lab.errors import BadInput
from rnn_lab.redaction import has_password, redact

_VARIABLE = re.compile(r"\$\{oc\.env:([A-Za-z_]\w*)\}")


def check_secrets(config: DictConfig, overrides: list[str]) -> None:
    """Hold what a sweep would write into its files to what may stand there.

    Args:
        config: composed, with ``hydra``.
        overrides: the task's, as typed.

    Raises:
        BadInput: naming the key, without the password, and how to give it.
    """
    for key, text in _texts(OmegaConf.to_container(config.hydra.sweeper, resolve=False), "hydra.sweeper"):
        if has_password(text):
            raise BadInput(
                f"{key}={redact(text)} holds a password, which the sweep would remember: put the whole address into an "
                f"environment variable, say export STORAGE='...', and give '{key}=${{oc.env:STORAGE}}'."
            )
    for override in overrides:
        if has_password(override):
            key = override.partition("=")[0].lstrip("+")
            way = (
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD" if key == "tracking.uri" else "the environment"
            )
            raise BadInput(f"{redact(override)} holds a password, which the sweep would remember: say it in {way}.")


def in_shell(address: str, raw: Any) -> str | None:
    """The address as a shell spells it where it is known from an environment variable; None where it is not.

    >>> in_shell("postgresql://me:pw@db/s", "${oc.env:STORAGE}")
    '"$STORAGE"'
    """
    match = _VARIABLE.fullmatch(raw) if isinstance(raw, str) else None
    return f'"${match[1]}"' if match and address else None


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _texts(value, f"{path}.{index}")
    elif isinstance(node, str):
        yield path, node
