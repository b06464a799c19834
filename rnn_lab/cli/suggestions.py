"""The nearest known key or option to one that Hydra did not find."""

import difflib
import re
import sys
from contextlib import suppress
from pathlib import Path

from hydra.errors import HydraException, MissingConfigException
from omegaconf import OmegaConf

from rnn_lab import conf
from rnn_lab.keys import flatten

CONF = Path(conf.__file__).parent
PACKAGE = f"pkg://{conf.__name__}"
"""Address at which Hydra finds the configuration, installed or in a clone."""


def suggestion(error: BaseException) -> str:
    """The nearest known key or option to the one that Hydra did not find, as a further sentence, or nothing."""
    text = str(error)
    if isinstance(error, MissingConfigException):
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        known = sorted(error.options or (path.stem for path in (CONF / group).glob("*.yaml")))
        return f"{nearest(option, known)} Options of {group}: {', '.join(known)}." if known else ""
    if bare := re.search(r"Error parsing override '([^'=]+)'", text):
        example = f"run={bare[1]}" if _predicts() else "data=sine"
        return f" Arguments have the form key=value, as in {example}."
    missing_key = re.search(r"Could not override '(?:\+*)([\w./@]+)'", text)
    if missing_key:
        word = missing_key[1]
        groups = [str(folder.relative_to(CONF)) for folder in CONF.rglob("*") if folder.is_dir()]
        known = _known_keys()
        within = re.search(r"Key '(\w+)' is not in struct", str(error.__cause__))
        if within and any(key.startswith(f"{word}.") for key in known):
            return f" It has no {within[1]}; ++{word}=... adds it."
        if word in groups:
            return f" With these choices {word} has no option to override."
        near = "" if "." in word else nearest(word, groups)
        return near or nearest(word, [key for key in known if key != word])
    return ""


def nearest(word: str, known: list[str]) -> str:
    """A question that names the nearest known word, with a blank before it; nothing where none is near.

    Example:
        >>> nearest("sien", ["sine", "square"])
        ' Did you mean sine?'
    """
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def _predicts() -> bool:
    """Tell whether the command is ``predict``: of the program, or a script of its own."""
    return any(Path(word).stem == "predict" for word in sys.orig_argv)


def _known_keys() -> list[str]:
    """Every key of the configuration with the choices of this command line, flattened; Hydra's own among them."""
    from hydra import compose, initialize_config_module
    from hydra.core.global_hydra import GlobalHydra

    named = [argument for argument in sys.argv[1:] if re.fullmatch(r"[\w/]+=\w+", argument)]
    groups = [each for each in named if each.startswith("hydra/") or (CONF / each.partition("=")[0]).is_dir()]
    for name in ("predict", "config") if _predicts() else ("config",):
        for choices in (groups, []):  # without them, should it be they that do not compose
            GlobalHydra.instance().clear()
            with suppress(HydraException), initialize_config_module(conf.__name__, version_base="1.3"):
                config = OmegaConf.to_container(compose(name, choices, return_hydra_config=True))
                return list(flatten(config)) if isinstance(config, dict) else []
    return []
