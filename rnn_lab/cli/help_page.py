"""The page that ``--help`` shows, in 80 columns: what the command does, examples, choices, the configuration.

Hydra's own page formats every config group of every installed plugin, twice; this one reads folder names.
"""

import sys
import textwrap
from pathlib import Path

from omegaconf import OmegaConf

from rnn_lab import conf

WIDTH, COLUMN = 80, 38
CONF = Path(conf.__file__).parent
TEMPLATES = Path(__file__).parent / "pages"


def asked(arguments: list[str]) -> bool:
    """Tell whether the arguments ask for a page of help."""
    return any(argument in ("-h", "--help") for argument in arguments)


def show(command: str, config: str, arguments: list[str]) -> None:
    """Print a command's page, with the configuration that its other arguments choose.

    Args:
        command: whose page it is, one of ``pages/``.
        config: the config at the top of conf/ that it reads.
        arguments: as typed.
    """
    overrides = [argument for argument in arguments if argument not in ("-h", "--help")]
    text = (TEMPLATES / f"{command}.txt").read_text(encoding="utf-8")
    started = "rnn-lab " + command if Path(sys.argv[0]).suffix != ".py" else f"python scripts/{command}.py"
    text = "\n".join(map(aligned, text.replace("{program}", started).splitlines()))
    print(text.replace("{choices}", choices()).replace("{config}", composed(config, overrides)))


def aligned(line: str) -> str:
    """An example ``COMMAND :: MEANING`` as one line where that fits, or else as two.

    Example:
        >>> aligned("  rnn-lab train tracking=off :: without MLflow")
        '  rnn-lab train tracking=off            without MLflow'
    """
    command, separator, meaning = line.partition(" :: ")
    if not separator:
        return line
    one = f"{command:<{COLUMN}}  {meaning}"
    return one if len(one) <= WIDTH else f"{command}\n{'':{COLUMN}}  {meaning}"


def choices() -> str:
    """Every group of conf/ with its options, wrapped."""
    lines = []
    for folder in sorted(path for path in CONF.rglob("*") if path.is_dir()):
        group, options = folder.relative_to(CONF).as_posix(), sorted(path.stem for path in folder.glob("*.yaml"))
        if options and not group.startswith("hydra/"):
            lines += textwrap.wrap(f"{group}: {', '.join(options)}", WIDTH, subsequent_indent="    ")
    return "\n".join(lines)


def composed(config: str, overrides: list[str]) -> str:
    """The configuration as YAML."""
    from hydra import compose, initialize_config_module

    from rnn_lab import sweeping

    if any("hydra" in each or each.startswith("search=") for each in overrides):
        sweeping.register()
    with initialize_config_module(conf.__name__, version_base="1.3"):
        return OmegaConf.to_yaml(compose(config, overrides)).rstrip()
