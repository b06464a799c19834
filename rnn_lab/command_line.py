"""How the lab's scripts end: with an answer, or with one sentence that says what to change.

Import this module before NumPy: it asks the linear-algebra library for one thread. The matrices here are small, so
more threads are slower, and one thread adds in the same order on every run.
"""

import difflib
import errno
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, InstantiationException, MissingConfigException
from hydra.types import RunMode
from omegaconf import OmegaConf
from pydantic import ValidationError

from rnn_lab.errors import BadInput, Diverged

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def main(task: Callable[[], Any]) -> None:
    """Run a Hydra main function, and end with an exit code that says what happened.

    2 is bad input, 1 a run that failed, 130 one that was interrupted. Anything else is a bug, and shows its traceback.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # let a terminated run say so in its journal
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors reach us instead of being printed by Hydra
    with one_sentence():
        task()


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an error that the user can mend into one sentence on stderr and an exit code.

    A Hydra task wraps its body in this too: otherwise Hydra would print a line of its own first. Within a sweep it
    does nothing, so that the sweeper learns what became of its trial.
    """
    try:
        yield
    except BrokenPipeError:  # the reader has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FAILED) from None
    except (BadInput, Diverged, HydraException, OSError, MemoryError, KeyboardInterrupt) as error:
        within = HydraConfig.get() if HydraConfig.initialized() else None
        message = sentence(error)
        if message is None or (within is not None and within.mode == RunMode.MULTIRUN):
            raise
        if within is not None and within.runtime.output_dir:
            _leave_nothing(Path(within.runtime.output_dir))
        print(message if message.endswith((".", "?")) else f"{message}.", file=sys.stderr)  # noqa: T201 - the last word
        code = (
            INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED if isinstance(error, Diverged) else REFUSED
        )
        raise SystemExit(code) from None


def _leave_nothing(folder: Path) -> None:
    """Remove the output folder of a run that was refused: it holds Hydra's record of it and an empty log."""
    if {".hydra"} <= {path.name for path in folder.glob("*")} <= {".hydra", "train.log"}:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()


def with_resumed(arguments: list[str]) -> list[str]:
    """Put the overrides of the run that ``trainer.resume`` names before one's own.

    So ``trainer.resume=FOLDER`` alone continues a run, whatever it was started with.
    """
    named = re.compile(r"\+*trainer\.resume=(.*)")
    folders = [Path(match[1].strip("'\"")) for match in map(named.fullmatch, arguments) if match]
    recorded = folders[-1] / ".hydra" / "overrides.yaml" if folders else None
    if recorded is None or not recorded.is_file():
        return arguments
    earlier = [str(override) for override in OmegaConf.load(recorded)]
    return [override for override in earlier if not named.fullmatch(override)] + arguments


def with_mode(arguments: list[str]) -> list[str]:
    """Ask for Hydra's multirun mode where ``search=NAME`` does: Hydra 1.4 does not look for it in a group's option.

    Example:
        >>> with_mode(["search=default", "hydra.mode=RUN"])  # a trial that is run again
        ['search=default', 'hydra.mode=RUN']
    """
    searches = any(re.fullmatch(r"\+*search=(?!null$).+", argument) for argument in arguments)
    said = any(re.fullmatch(r"-m|--multirun|hydra\.mode=.*", argument) for argument in arguments)
    newer = tuple(map(int, hydra.__version__.split(".")[:2])) >= (1, 4)
    return [*arguments, "hydra.mode=MULTIRUN"] if newer and searches and not said else arguments


TEXTS = (
    "data.path",
    "data.delimiter",
    "data.decimal",
    "data.thousands",
    "data.comment",
    "data.date_format",
    "run",
    "out",
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
    if re.fullmatch(r"'[^']*'|\"[^\"]*\"", text):
        return f"{start}={text}"
    # A backslash is one, but before a quote and before what would name another key's value.
    text = re.sub(r"(\\*)('|\Z)", r"\1\1\2", re.sub(r"(\\*)\$\{", r"\1\1\\${", text))
    return f"{start}='" + text.replace("'", "\\'") + "'"


def sentence(error: BaseException) -> str | None:
    """What to tell the user about an error; None if it is a bug rather than bad input."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    if isinstance(error, Diverged):
        return f"Failed: {error}"
    mendable = _mendable(error)
    return mendable and f"Error: {mendable}"


def _mendable(error: BaseException) -> str | None:
    if isinstance(error, InstantiationException):
        key = re.search(r"full_key: (\S+)", str(error))
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            return refusal(cause, key[1] if key else "")
        return str(cause) if isinstance(cause, BadInput) else " ".join(str(error).split())
    if isinstance(error, HydraException):
        return f"{_first_line(error)}{suggestion(error)}"
    if isinstance(error, OSError):
        return f"{error.filename or 'the disk'}: {error.strerror}." if error.errno in _DISK else None
    if isinstance(error, MemoryError):
        return f"this needs more memory than there is ({error})."
    return str(error) if isinstance(error, BadInput) else None


_DISK = {
    getattr(errno, name)
    for name in ("ENOENT", "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ENOTDIR", "EISDIR")
}


def refusal(error: ValidationError, prefix: str) -> str:
    """Say in one sentence which key has which value and what is allowed.

    Args:
        error: pydantic's.
        prefix: the component's key, such as ``model``.
    """
    first = error.errors()[0]
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, BadInput):
        return str(inner)
    names = [str(part) for part in first["loc"] if not re.search(r"\W|^constrained|^int$|^float$|^str$", str(part))]
    key = ".".join([prefix, *names] if prefix else names)
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{key} is no known argument."
    if first["type"] == "missing":
        return f"{key} is missing."
    allowed = first["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return f"{key}={first['input']!r} is not allowed: {allowed}."


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:1]).removesuffix(".") + "."


def suggestion(error: BaseException) -> str:
    """The nearest known key or option to the one that Hydra did not find, as a further sentence, or nothing."""
    text = str(error)
    if isinstance(error, MissingConfigException):
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        known = sorted(error.options or [])
        return f"{_nearest(option, known)} Options of {group}: {', '.join(known)}." if known else ""
    missing_key = re.search(r"Could not override '(?:\+*)([\w./@]+)'", text)
    if missing_key:
        word = missing_key[1]
        groups = [str(folder.relative_to(_conf())) for folder in _conf().rglob("*") if folder.is_dir()]
        known = _known_keys()
        within = re.search(r"Key '(\w+)' is not in struct", str(error.__cause__))
        if within and any(key.startswith(f"{word}.") for key in known):
            return f" It has no {within[1]}; ++{word}=... adds it."
        if word in groups:
            return f" With these choices {word} has no option to override."
        near = "" if "." in word else _nearest(word, groups)
        return near or _nearest(word, [key for key in known if key != word])
    return ""


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def _conf() -> Path:
    return Path(__file__).parents[1] / "conf"


def _known_keys() -> list[str]:
    """Every key of the configuration with the choices of this command line, flattened; Hydra's own among them."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    named = [argument for argument in sys.argv[1:] if re.fullmatch(r"[\w/]+=\w+", argument)]
    groups = [each for each in named if each.startswith("hydra/") or (_conf() / each.partition("=")[0]).is_dir()]
    name = "predict" if Path(sys.argv[0]).stem == "predict" else "config"
    for choices in (groups, []):  # without them, should it be they that do not compose
        GlobalHydra.instance().clear()
        with suppress(HydraException), initialize_config_dir(str(_conf()), version_base="1.3"):
            config = OmegaConf.to_container(compose(name, choices, return_hydra_config=True))
            return list(flatten(config)) if isinstance(config, dict) else []
    return []


def flatten(config: dict[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Turn nested keys into dotted ones.

    Example:
        >>> flatten({"model": {"hidden_dim": 8}, "seed": 0})
        {'model.hidden_dim': 8, 'seed': 0}
    """
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict) and value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
