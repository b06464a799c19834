"""The notebooks, executed as they stand: no cell fails, and what they keep of the last time is small and whole."""

import copy
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from rnn_lab.cli.help_page import composed

SWEEP = "sweep"
"""The tag of cells that train in processes of their own."""
NOTEBOOKS = Path(__file__).parents[2] / "experiments" / "notebooks"


def pictures(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def said(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # jupyter's own
@pytest.mark.parametrize(("name", "count"), [("class", 5), ("research", 3)])
def test_it_runs_and_shows_what_it_showed(name, count, tmp_path):
    kept = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    assert (NOTEBOOKS / f"{name}.ipynb").stat().st_size < 200_000
    assert all(cell.execution_count for cell in kept.cells if cell.cell_type == "code")
    again = copy.deepcopy(kept)
    again.cells = [cell for cell in kept.cells if SWEEP not in cell.metadata.get("tags", [])]
    NotebookClient(again, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert pictures(again) == pictures(kept) == count
    lines = {line for line in said(again).splitlines() if "val/rmse" in line or "largest difference" in line}
    assert lines, "scores by epoch, or how far the gradient by hand is off"
    if name == "research":
        assert (tmp_path / "outputs/plant/weights/kept.npz").is_file()
        swept = "\n".join(cell.source for cell in kept.cells if SWEEP in cell.metadata.get("tags", []))
        settings = swept.split('"""')[1].split()
        words = ["hydra/sweeper=rnn_lab", *(word for word in settings if "(" not in word)]
        config = composed("config", words)  # sweeps are run elsewhere; that these keys are there is looked at here
        assert "path: plant.csv" in config
        assert "hydra.sweeper.n_trials=3" in words
