"""Trust in the modules that a folder from somebody else names: the lab's components, and what the user says besides."""

from collections.abc import Collection, Iterator
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from rnn_lab import conf
from rnn_lab.errors import BadInput

FLOORS = ("sequences", "network", "rules", "scoring", "training", "observers", "evaluation")
"""Packages of the lab whose classes a recipe may name."""

Trusted = Collection[str] | None
"""Modules whose classes may be made, whole packages by their name; None: whatever is named, as in one's own folder."""


def targets(recipe: Any) -> Iterator[str]:
    """Every ``_target_`` in a nested recipe.

    Example:
        >>> list(targets({"model": {"_target_": "mine.Cell", "loss": [{"_target_": "mine.Loss"}]}}))
        ['mine.Cell', 'mine.Loss']
    """
    waiting = [recipe]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, dict):
            if "_target_" in node:
                yield str(node["_target_"])
            waiting += node.values()
        elif isinstance(node, list | tuple):
            waiting += node


def own_modules(recipe: Any) -> list[str]:
    """Modules besides the lab's that a recipe names: what has to be trusted for it to be made elsewhere.

    Example:
        >>> own_modules({"model": {"_target_": "mine.cells.Cell"}, "rule": {"_target_": "rnn_lab.rules.BPTT"}})
        ['mine.cells']
    """
    named = {target.rpartition(".")[0] for target in targets(recipe)}
    return sorted(name for name in named if name and name.partition(".")[0] != "rnn_lab")


def as_arguments(recipe: Any) -> list[str]:
    """Arguments that a command needs to make a recipe's components from its folder: none, if all are the lab's.

    Example:
        >>> as_arguments({"model": {"_target_": "mine.Cell"}, "rule": {"_target_": "rnn_lab.rules.BPTT"}})
        ['trust=mine']
    """
    modules = own_modules(recipe)
    return [f"trust={modules[0]}" if len(modules) == 1 else f"trust=[{','.join(modules)}]"] if modules else []


def check_targets(recipe: Any, trusted: Trusted, where: str) -> None:
    """Refuse a recipe that names anything but components of the lab and classes of trusted modules.

    No module is imported but the lab's own.

    Raises:
        BadInput: it names the first such thing, and says how to trust it.

    Example:
        >>> check_targets({"_target_": "rnn_lab.network.Elman"}, (), "model.json")
        >>> check_targets({"_target_": "mine.Cell"}, ["mine"], "model.json")
        >>> check_targets({"_target_": "os.system"}, ["mine"], "model.json")
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: model.json names os.system, which is none of the lab's components: say trust=os ...
    """
    for target in targets(recipe):
        if trusted is None or any(target.startswith(f"{module}.") for module in trusted) or _of_the_lab(target):
            continue
        module = target.rpartition(".")[0]
        way = (
            "" if module.partition(".")[0] == "rnn_lab" else f": say trust={module or target} if you trust that module"
        )
        raise BadInput(f"{where} names {target}, which is none of the lab's components{way}")


@cache
def shipped() -> list[str]:
    """Every target that conf/ names.

    Example:
        >>> "rnn_lab.rules.BPTT" in shipped()
        True
    """
    found = set()
    for path in Path(conf.__file__).parent.rglob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        found |= {line.partition("_target_:")[2].split()[0] for line in lines if "_target_: " in line}
    return sorted(found)


def _of_the_lab(target: str) -> bool:
    module, _, name = target.rpartition(".")
    if target in shipped():  # a study's own among them, in a clone
        return True
    if module.split(".")[:1] != ["rnn_lab"] or module.split(".")[1:2] not in [[floor] for floor in FLOORS]:
        return False
    try:
        found = getattr(import_module(module), name, None)
    except (ImportError, ValueError):
        return False
    return isinstance(found, type) and is_dataclass(found) and found.__module__.startswith("rnn_lab.")
