"""The rules of the house: each floor leans on little, and the papers agree.

That imports run one way and types hold is not tested here: `make check` asks import-linter and mypy, once.
"""

import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnn_lab"

# Beyond Python itself. Whatever is not named here has a contract of its own in pyproject.toml.
LEANS_ON = {
    "errors.py": set(),
    "home.py": set(),
    "capacity.py": set(),
    "keys.py": set(),
    "paste.py": set(),
    "redaction.py": set(),
    "npz.py": {"numpy"},
    "trust.py": set(),
    "component.py": {"pydantic"},
    "rng.py": {"numpy"},
    "sequences": {"numpy", "pandas", "pydantic"},
    "network": {"numpy", "pydantic"},
    "rules": {"numpy", "pydantic"},
    "kernels": {"numpy", "pydantic", "numba"},
    "scoring": {"numpy", "pydantic", "scipy"},
    "observers": {"numpy", "pydantic"},
    "training": {"numpy", "pydantic", "scipy"},
    "evaluation": {"numpy", "pydantic", "scipy"},
    "figures": {"numpy", "pydantic", "scipy", "matplotlib", "PIL"},
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


@pytest.mark.parametrize("floor", LEANS_ON)
def test_a_floor_imports_no_other_library(floor: str) -> None:
    found = {module.relative_to(PACKAGE): imported(module) for module in modules(floor)}
    assert found, f"rnn_lab/{floor} holds no module"
    allowed = LEANS_ON[floor] | {"rnn_lab"} | sys.stdlib_module_names
    assert not {str(name): extra for name, names in found.items() if (extra := names - allowed)}


@pytest.mark.parametrize(
    ("heavy", "module"),
    [
        ("{'mlflow', 'optuna', 'matplotlib', 'pandas', 'torch', 'numba', 'hydra', 'omegaconf'}", "rnn_lab.evaluation"),
        ("{'mlflow', 'optuna', 'matplotlib', 'pandas', 'torch', 'numba'}", "rnn_lab.lab"),
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


BOUNDED = ("hydra-core", "mlflow", "numpy", "optuna")
"""Libraries whose next major version may break the lab: it uses more of them than what they promise."""


def test_pins_lie_within_the_bounds() -> None:
    """The versions that are tested are versions that pip may install, and what may break the lab has an upper bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pins = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in map(Requirement, lines)}
    needs = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    allowed = {canonicalize_name(need.name): need.specifier for need in map(Requirement, needs)}
    outside = {name: pins[name] for name, bounds in allowed.items() if name in pins and pins[name] not in bounds}
    assert outside == {}
    assert all(any(each.operator == "<" for each in allowed[name]) for name in BOUNDED)


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    """Not with a question word, nor with a reference where a sentence would help."""
    found = []
    for path in chain.from_iterable((ROOT / folder).rglob("*.py") for folder in ("rnn_lab", "scripts", "experiments")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                words = ast.get_docstring(node) or ""
                if re.match(r"(What|Where|How|When|Which|Who|Why|Whether)\b|See `", words):
                    found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}")
    assert found == []


def test_ci_runs_the_readmes_test_command() -> None:
    program = (ROOT / ".ci" / "run").read_text()
    assert "make test" in program
    assert re.search(r"^\$ make test\b", (ROOT / "README.md").read_text(), re.M)


def test_quick_tests_name_folders_that_are_there() -> None:
    line = re.search(r"^QUICK := \$\(addprefix tests/,(.*?)\) rnn_lab$", (ROOT / "Makefile").read_text(), re.M)
    assert line is not None
    assert all((ROOT / "tests" / name).exists() for name in line[1].split())


def test_what_hydra_reads_is_what_is_packaged() -> None:
    """In a clone the link is followed; the wheel has the files themselves."""
    assert (PACKAGE / "conf").resolve() == ROOT / "conf"
