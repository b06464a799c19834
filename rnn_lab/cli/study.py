"""The command ``study``: list the lab's studies, and run one again, from runs to paper."""

import argparse
import difflib
import importlib
import inspect
import sys
from pathlib import Path

from rnn_lab.errors import BadInput
from rnn_lab.redaction import Parser

PAGE = """List the lab's studies, or run one again: its rows, tables and figures, from real runs.

  rnn-lab study --list        the studies, and what each asks
  rnn-lab study memory        run one (in a clone: its folder in experiments/ is written anew)
  rnn-lab study truncation --full
                              one that has two sizes: hours, and not minutes
  rnn-lab train study=memory
                              one run by a study's recipe, anywhere
"""

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> None:
    """Do what the arguments say."""
    parser = Parser("rnn-lab study", description=PAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help="of a study; none: list them")
    parser.add_argument("--list", action="store_true", help="list them")
    parser.add_argument("--full", action="store_true", help="the larger size, of a study that has two")
    asked, known = parser.parse_args(arguments), studies()
    if asked.list or asked.name is None:
        for name, title in known.items():
            print(f"{name:<{max(map(len, known))}}  {title}")
        return
    if asked.name not in known:
        near = difflib.get_close_matches(asked.name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}."
        raise BadInput(f"there is no study {asked.name!r}{hint}")
    if not (ROOT / "experiments" / asked.name / "study.py").is_file():
        raise BadInput(
            f"the study {asked.name} writes its tables and figures into a clone of rnn-lab, and this is an installed"
            f" one; rnn-lab train study={asked.name} makes one run by its recipe."
        )
    sys.path.insert(0, str(ROOT))  # experiments/ is no installed package
    carry_out = importlib.import_module(f"experiments.{asked.name}.study").main
    if asked.full and "full" not in inspect.signature(carry_out).parameters:
        raise BadInput(f"--full: the study {asked.name} has one size only.")
    carry_out(**{"full": True} if asked.full else {})


def studies() -> dict[str, str]:
    """Name -> title of each study: in a clone of those in experiments/, installed of the recipes that came with it."""
    folders = sorted(path.parent for path in (ROOT / "experiments").glob("*/study.py"))
    if folders:
        return {folder.name: _title(folder / "README.md") for folder in folders}
    from rnn_lab import conf

    recipes = sorted((Path(conf.__file__).parent / "study").glob("*.yaml"))
    return {path.stem: _comment(path) for path in recipes}


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")


def _comment(recipe: Path) -> str:
    """The first comment of a recipe that is no directive of Hydra's."""
    lines = recipe.read_text(encoding="utf-8").splitlines()
    return next(line.lstrip("# ") for line in lines if line.startswith("#") and "@package" not in line)
