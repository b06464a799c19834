"""Source files that a packaged network needs: the lab's and those of its own cell, found by their imports."""

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODEL = Path("weights", "model.json")
INSTALLED = {"site-packages", "dist-packages"}
LIBRARIES = {"mlflow", "numpy", "scipy", "pydantic"}
"""Libraries that every packaged model requires, and none carries."""


@dataclass
class Code:
    """Code that travels with a network.

    Attributes:
        files: place below the model's ``code`` folder -> source file.
        packages: libraries that the files import, which have to be installed where the network is loaded.
        missing: sentences, one for each module that can neither travel nor be installed by name.
    """

    files: dict[str, Path] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)


def collect(recipe: dict[str, Any], *roots: str) -> Code:
    """Follow the imports of the modules that a recipe's ``_target_`` keys name.

    What is the lab's, a target's package, or lies outside of ``site-packages`` travels as a file; the rest is named.

    Args:
        recipe: JSON-able, of a trained network.
        roots: further modules to begin with.

    Example:
        >>> sorted(collect({"_target_": "rnn_lab.rng.named_rng"}).files)
        ['rnn_lab/__init__.py', 'rnn_lab/errors.py', 'rnn_lab/rng.py']
    """
    paths = list(targets(recipe))
    code, named = Code(), [*roots, *(path.rpartition(".")[0] for path in paths)]
    own = {"rnn_lab", *(name.partition(".")[0] for name in named)} - LIBRARIES
    waiting, seen = [*named, *paths], set[str]()
    while waiting:
        name = waiting.pop()
        top, parent = name.partition(".")[0], name.rpartition(".")[0]
        if name in seen or top in sys.stdlib_module_names:
            continue
        seen.add(name)
        if parent:
            waiting.append(parent)
        spec = _spec(name)
        if spec is None:
            if name in named:
                code.missing.append(f"the module {name!r} is not found, so it is not in the packaged model")
            elif (above := _spec(parent)) and above.origin and above.origin.endswith(".py"):
                later = given_when_asked(Path(above.origin), above.parent or "")
                waiting += [later[last]] if (last := name.rpartition(".")[2]) in later else []
        elif top not in own and INSTALLED & set(Path(spec.origin or "").parts):
            code.packages.add(top)
        elif spec.origin and spec.origin.endswith(".py") and Path(spec.origin).is_file():
            package = spec.submodule_search_locations is not None
            code.files[name.replace(".", "/") + ("/__init__.py" if package else ".py")] = Path(spec.origin)
            waiting += imports(Path(spec.origin), name if package else parent)
        elif spec.origin or not spec.submodule_search_locations:  # a folder without __init__.py is no file, and none
            code.missing.append(f"the module {name!r} is no Python file ({spec.origin}), so it does not travel")
    return code


def targets(recipe: Any) -> Iterator[str]:
    """Every ``_target_`` in a nested recipe.

    Example:
        >>> list(targets({"model": {"_target_": "mine.Cell", "loss": [{"_target_": "mine.Loss"}]}}))
        ['mine.Cell', 'mine.Loss']
    """
    if isinstance(recipe, dict):
        if isinstance(recipe.get("_target_"), str):
            yield recipe["_target_"]
        recipe = list(recipe.values())
    if isinstance(recipe, list):
        for each in recipe:
            yield from targets(each)


@cache
def imports(file: Path, package: str) -> tuple[str, ...]:
    """Modules that a file may import, at its head or in a function; those for type checkers only are left out.

    Args:
        file: a source file.
        package: the package that its relative imports begin at.
    """
    waiting: list[ast.AST] = [ast.parse(file.read_bytes())]
    found: list[str] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _imported_from(node, package)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names if alias.name != "*")]
    return tuple(found)


def _imported_from(node: ast.ImportFrom, package: str) -> str:
    """Absolute name of the module in ``from ... import``."""
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


@cache
def given_when_asked(file: Path, package: str) -> dict[str, str]:
    """Modules behind the names that a module imports in its ``__getattr__``: it imports them for type checkers too.

    Args:
        file: a source file.
        package: the package that its relative imports begin at.

    Returns:
        Name -> its module; empty of a module without a ``__getattr__``.
    """
    body = ast.parse(file.read_bytes()).body
    if not any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in body):
        return {}
    checked = [node for node in body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    return {
        alias.name: _imported_from(node, package)
        for block in checked
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def requirements(packages: set[str]) -> tuple[list[str], list[str]]:
    """Name the distributions of imported libraries: requirements ``name==version``, and what has no distribution."""
    found, nameless = [], []
    for package in sorted(packages):
        try:
            found.append(f"{package}=={metadata.version(package)}")
        except metadata.PackageNotFoundError:  # named otherwise than it is imported; looking that up takes a second
            names = metadata.packages_distributions().get(package, [])
            found += [f"{name}=={metadata.version(name)}" for name in names[:1]]
            nameless += [] if names else [package]
    return found, nameless


def needs(folder: Path) -> list[str]:
    """Say, one sentence each, what the packaged network of a run folder will lack where it is loaded.

    The lab's own code lacks nothing: it travels, and what it imports is installed by name.
    """
    try:
        recipe = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        if all(target.startswith("rnn_lab.") for target in targets(recipe)):
            return []
        code = collect(recipe)
    except (OSError, ValueError, RecursionError, SyntaxError):  # no network, or a torn one: whoever loads it says so
        return []
    _, nameless = requirements(code.packages)
    return [
        *code.missing,
        *(f"the package {name!r} belongs to no distribution, and must be there" for name in nameless),
    ]


def _spec(name: str) -> ModuleSpec | None:
    """Find a module without importing anything; None for what is no module (an imported name, say) or is not there."""
    top, *parts = name.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):  # ValueError: __main__
        return None
    for part in parts:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = PathFinder.find_spec(f"{spec.name}.{part}", list(spec.submodule_search_locations))
    return spec
