"""The rules of the house: imports run one way, each floor leans on little, and the papers agree."""

import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnn_lab"

# Beyond Python itself. Whatever is not named here has a contract of its own in pyproject.toml.
LEANS_ON = {
    "errors.py": set(),
    "component.py": {"pydantic"},
    "rng.py": {"numpy"},
    "sequences": {"numpy", "pandas", "pydantic"},
    "network": {"numpy", "pydantic"},
    "rules": {"numpy", "pydantic"},
    "scoring": {"numpy", "pydantic"},
    "training": {"numpy", "pydantic", "scipy"},
    "evaluation": {"numpy", "pydantic", "scipy"},
    "figures": {"numpy", "pydantic", "scipy", "matplotlib"},
}


def imported(module: Path) -> set[str]:
    """The top-level packages that a module imports, at its head or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def modules(floor: str) -> list[Path]:
    path = PACKAGE / floor
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def test_import_contracts_are_kept() -> None:
    """Runs import-linter on the contracts of pyproject.toml."""
    program = Path(sys.executable).with_name("lint-imports")
    verdict = subprocess.run([program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize("floor", LEANS_ON)
def test_a_floor_imports_no_other_library(floor: str) -> None:
    found = {module.relative_to(PACKAGE): imported(module) for module in modules(floor)}
    assert found, f"rnn_lab/{floor} holds no module"
    allowed = LEANS_ON[floor] | {"rnn_lab"} | sys.stdlib_module_names
    assert not {str(name): extra for name, names in found.items() if (extra := names - allowed)}


@pytest.mark.parametrize(
    ("heavy", "module"),
    [
        ("{'mlflow', 'optuna', 'matplotlib', 'pandas', 'torch', 'hydra', 'omegaconf'}", "rnn_lab.evaluation"),
        ("{'mlflow', 'optuna', 'matplotlib', 'pandas', 'torch'}", "rnn_lab.lab"),
    ],
)
def test_importing_loads_nothing_heavy(heavy: str, module: str) -> None:
    """The trainer's start-up time: mlflow alone would cost it a second and a half."""
    program = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_version_is_one() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.M)
    changelog = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert citation is not None
    assert changelog is not None
    assert citation[1] == changelog[1] == version


def test_pins_cover_what_the_lab_needs() -> None:
    """Every requirement of pyproject.toml has a pin, and a pin is a name and a version, nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needs = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pins = {re.fullmatch(r"([\w.-]+)==[\w.]+", line)[1].lower() for line in lines}  # type: ignore[index]
    named = {re.match(r"[\w-]+", need)[0].lower() for need in needs} - {project["name"]}  # type: ignore[index]
    assert named <= pins


def test_types_hold_under_mypy_strict() -> None:
    verdict = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
