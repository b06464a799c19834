"""Count where things are asked what they are, instead of answering: one line a count, with the places."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.sequences import Data, Forecasting, Records, StreamDataset
from rnn_lab.sequences.rows import Rows
from rnn_lab.training import LBFGS

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("rnn_lab", "scripts") for path in (ROOT / folder).rglob("*.py"))
KINDS = (Data, Forecasting, Records, Rows, StreamDataset, Trained, LBFGS)
"""Whatever derives from these is a kind of data, of a split, or of a trained
network; or the optimizer that others are not like."""


def asked_for_kinds() -> list[str]:
    """Places where a value is asked whether it is of one kind."""
    names = {kind.__name__ for base in KINDS for kind in family(base)}
    found = []
    for path, node in nodes():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            asked = {leaf.id for leaf in ast.walk(node.args[1]) if isinstance(leaf, ast.Name)}
        elif isinstance(node, ast.MatchClass):
            asked = {ast.unparse(node.cls)}
        else:
            continue
        if asked & names:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def branches_on_classes() -> list[str]:
    """Places where what is done depends on an attribute ``classes``."""
    found = []
    for path, node in nodes():
        asked: list[ast.AST] = []
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            asked = [node.test]
        elif isinstance(node, ast.comprehension):
            asked = list(node.ifs)
        elif isinstance(node, ast.BoolOp):
            asked = list(node.values)
        elif isinstance(node, ast.UnaryOp):
            asked = [node.operand]
        elif isinstance(node, ast.Subscript):
            asked = [node.slice]
        if any(isinstance(leaf, ast.Attribute) and leaf.attr == "classes" for part in asked for leaf in ast.walk(part)):
            found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', asked[0].lineno)}")  # type: ignore[attr-defined]
    return sorted(set(found))


def who_know_the_tutorial() -> list[str]:
    """Modules of the lab that name it."""
    return [str(path.relative_to(ROOT)) for path in SOURCES if "rnn_lab" in path.parts and knows(path, "tutorial")]


def private_names() -> list[str]:
    """Modules that import what another package keeps to itself, or read such an attribute of what is not their own."""
    found = set()
    for path, node in nodes():
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("rnn_lab"):
            private = any(part.startswith("_") and part != "__future__" for part in (node.module or "").split("."))
        elif isinstance(node, ast.Attribute):
            private = is_private(node.attr) and ast.unparse(node.value).rpartition(".")[2] in OTHERS
        else:
            continue
        if private:
            found.add(str(path.relative_to(ROOT)))
    return sorted(found)


OTHERS = {
    "trial",
    "study",
    "distribution",
    "config",
    "node",
    "ended",
    "Override",
    "Plugins",
    "mlflow",
    "client",
    "figure",
}
"""Names under which the lab holds what belongs to another package."""


def code_lines(paths: list[Path]) -> int:
    """Lines of code: no blank ones, no comments, no docstrings."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    total = 0
    for path in paths:
        text = path.read_text()
        words = {
            line
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        lines = {
            line for token in tokens if token.type not in skipped for line in range(token.start[0], token.end[0] + 1)
        }
        total += len(lines - words)
    return total


def network() -> list[Path]:
    """Modules that are to be read in one sitting."""
    return [*sorted((ROOT / "rnn_lab" / "network").glob("*.py")), ROOT / "rnn_lab" / "rules" / "bptt.py"]


def family(base: type) -> Iterator[type]:
    """A class and all that derives from it."""
    yield base
    below: list[type] = base.__subclasses__()
    for derived in below:
        yield from family(derived)


@cache
def nodes() -> list[tuple[Path, ast.AST]]:
    """Each node of each module."""
    return [(path, node) for path in SOURCES for node in ast.walk(ast.parse(path.read_text()))]


def knows(path: Path, word: str) -> bool:
    """Tell whether a module has the word in it."""
    return word in path.read_text().lower()


def is_private(name: str) -> bool:
    """Tell whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__")


def main() -> None:
    """Print them."""
    print(f"asked for kinds      {len(asked_for_kinds())}: {', '.join(asked_for_kinds())}")
    print(f"branches on .classes {len(branches_on_classes())}: {', '.join(branches_on_classes())}")
    print(f"know the tutorial    {len(who_know_the_tutorial())}")
    print(f"private names in     {', '.join(private_names())}")
    print(f"code of the network  {code_lines(network())} lines, rules/bptt.py among them")


if __name__ == "__main__":
    main()
