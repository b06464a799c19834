"""Regenerate a study of experiments/: its rows, tables and figures, from real runs.

python scripts/study.py             list the studies
python scripts/study.py tutorial    run one
"""

import argparse
import difflib
import importlib
import sys
from pathlib import Path

from rnn_lab import command_line
from rnn_lab.errors import BadInput

ROOT = Path(__file__).parents[1]


def studies() -> dict[str, str]:
    """Name -> title of every folder of experiments/ that can be run."""
    folders = sorted(path.parent for path in (ROOT / "experiments").glob("*/study.py"))
    return {folder.name: (folder / "README.md").read_text().partition("\n")[0].lstrip("# ") for folder in folders}


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help="of a folder in experiments/; none: list them")
    name, known = parser.parse_args().name, studies()
    if name is None:
        for study, title in known.items():
            print(f"{study:<{max(map(len, known))}}  {title}")
        return
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}."
        raise BadInput(f"there is no study {name!r}{hint}")
    sys.path.insert(0, str(ROOT))  # experiments/ is no installed package
    importlib.import_module(f"experiments.{name}.study").main()


if __name__ == "__main__":
    command_line.main(main)
