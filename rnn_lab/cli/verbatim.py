"""Values that are text, such as paths and names of columns: taken as they are typed, not as Hydra would read them."""

import re
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from rnn_lab.paste import quoted

TEXTS = (
    "data.path",
    "data.delimiter",
    "data.decimal",
    "data.thousands",
    "data.comment",
    "data.date_format",
    "run",
    "out",
    "trainer.resume",
    "hydra.run.dir",
    "hydra.sweep.dir",
)
NAMES = ("data.columns", "data.target", "data.index", "data.known")


def verbatim(arguments: list[str], *keys: str) -> list[str]:
    """Quote the values of keys whose values are text, so that Hydra takes them as they stand.

    Commas, brackets, quotes and blanks at its ends mean something to Hydra otherwise. A value in quotes stays as it is.
    Of a prompt every other character is meant; of paths, marks and names of columns (`TEXTS`, `NAMES`) Hydra's own
    reading counts where it makes a text, a list, a null or an interpolation of them, and in a sweep also choices.

    Example:
        >>> verbatim(["prompt=Amen, and (so", "prompt='Amen'", "steps=3"], "prompt")
        ["prompt='Amen, and (so'", "prompt='Amen'", 'steps=3']
        >>> verbatim(["data.path=prices (1).csv", "data.columns=[CO(GT),open]", "data.target=x"], *TEXTS, *NAMES)
        ["data.path='prices (1).csv'", "data.columns=['CO(GT)',open]", 'data.target=x']
    """
    sweeps = any(re.fullmatch(r"-m|--multirun|\+*search=(?!null$).+|hydra\.mode=MULTIRUN", text) for text in arguments)
    return [_as_meant(argument, keys, sweeps) for argument in arguments]


def _as_meant(argument: str, keys: Sequence[str], sweeps: bool) -> str:
    start, _, text = argument.partition("=")
    key = start.lstrip("+")
    if "=" not in argument or key not in keys:
        return argument
    if key not in TEXTS and key not in NAMES:
        return _quoted(start, text)
    try:
        parsed = OverridesParser.create().parse_override(f"x={text}")
    except HydraException:
        listed = re.fullmatch(r"\[(.*)\]", text, re.DOTALL) if key in NAMES else None
        return f"{start}=[{','.join(map(_item, _items(listed[1])))}]" if listed else _quoted(start, text)
    value = parsed.value()
    # As Hydra reads it: a null, an interpolation, a list, a position, several values for a sweep, or just that text.
    plain = text == "???" or value is None or "${" in text or isinstance(value, str) or text == ""
    if plain or (parsed.is_sweep_override() and sweeps) or (key in NAMES and isinstance(value, list | int)):
        return (
            argument if not isinstance(value, str) or str(value) == text or text[:1] in "'\"" else _quoted(start, text)
        )
    return _quoted(start, text)


def _items(text: str) -> list[str]:
    """Cut a list at its commas, but not inside quotes or brackets."""
    return [item.strip() for item in re.findall(r"""(?:"[^"]*"|'[^']*'|\([^()]*\)|\[[^\[\]]*\]|[^,])+""", text)]


def _item(item: str) -> str:
    kept = re.fullmatch(r"'[^']*'|\"[^\"]*\"|[\w.-]+", item)
    return item if kept else _quoted("", item).removeprefix("=")


def _quoted(start: str, text: str) -> str:
    return f"{start}={text}" if re.fullmatch(r"'[^']*'|\"[^\"]*\"", text) else f"{start}={quoted(text)}"
