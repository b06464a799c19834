"""Pages with a slider over the epochs: predictions, weights, instruments. One HTML file each, which needs no network.

Such a page is a template, ``slides.html``, and numbers in JSON; text reaches the page as text, never as markup.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.npz import read_npz
from rnn_lab.tracking.inside import inside

Array = NDArray[Any]

SPLITS = ("train", "validation")
RECORDS = 300
"""Of a split that a page shows, from its end: more could not be told apart."""
TARGETS = 4
FRAMES = 60
CELLS = 1_500_000
"""Weights in a page, over all its epochs: so many make it 2 MB."""


def predictions_page(
    folder: Path, files: Mapping[int, str], *, title: str, targets: Sequence[str], classes: bool = False
) -> str:
    """Compose the page of true and predicted targets.

    Args:
        folder: the run folder.
        files: epoch -> file of ``{split}`` (R, N, O) and ``{split}_true`` (N, O), in the run folder.
        title: of the page.
        targets: the O names.
        classes: whether what is shown are probabilities of the right class, which should be 1.

    Raises:
        OSError, KeyError, ValueError: a file is gone, damaged, or outside of the folder.
    """
    frames: list[dict[str, Any]] = []
    true: dict[str, Any] = {}
    for epoch in _thinned(sorted(files), FRAMES):
        arrays = read_npz(inside(folder, files[epoch]))
        true = true or {split: _columns(arrays[f"{split}_true"]) for split in SPLITS}
        frames.append({"epoch": epoch} | {split: _replicas(arrays[split]) for split in SPLITS})
    content = {
        "title": title,
        "kind": "predictions",
        "targets": list(targets)[:TARGETS],
        "true": true,
        "classes": classes,
    }
    return _page({**content, "frames": frames})


def weights_page(folder: Path, files: Mapping[int, str], *, title: str) -> str:
    """Compose the page of the first replica's weights as heat maps, on one scale each over all epochs.

    Args:
        folder: the run folder.
        files: epoch -> file of the parameters, name -> (R, ...), in the run folder.
        title: of the page.

    Raises:
        OSError, KeyError, ValueError: a file is gone, damaged, or outside of the folder.
    """
    epochs = sorted(files)
    matrices = _weights(inside(folder, files[epochs[-1]]))
    size = sum(matrix.size for matrix in matrices.values())
    frames = {
        epoch: _weights(inside(folder, files[epoch]))
        for epoch in _thinned(epochs, max(2, min(FRAMES, CELLS // max(1, size))))
    }
    shown = {}
    for name, matrix in matrices.items():
        every = np.stack([frame[name] for frame in frames.values()])
        scale = float(np.abs(every[np.isfinite(every)]).max(initial=0.0)) or 1.0
        steps = np.rint(np.nan_to_num(every / scale, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1) * 127)
        shown[name] = {
            "rows": matrix.shape[0],
            "columns": matrix.shape[1],
            "scale": scale,
            "steps": base64.b64encode(steps.astype(np.int8).tobytes()).decode(),
        }
    content = {"title": title, "kind": "weights", "weights": shown}
    return _page({**content, "frames": [{"epoch": epoch} for epoch in frames]})


def instruments_page(folder: Path, files: Mapping[int, str], *, title: str) -> str:
    """Compose the page of the vectors that observers measured, such as the gradient by lag.

    Each has axes that stay as they are over all epochs: logarithmic where its values are positive and span more than a
    factor of a hundred, but for the smallest tenth of them.

    Args:
        folder: the run folder.
        files: epoch -> file of the arrays, name -> (R, n), in the run folder; others than vectors are left out.
        title: of the page.

    Raises:
        OSError, ValueError: a file is gone, damaged, or outside of the folder.
    """
    frames: list[dict[str, Any]] = []
    vectors: dict[str, dict[str, Any]] = {}
    every: dict[str, list[Array]] = {}
    for epoch in _thinned(sorted(files), FRAMES):
        arrays = {name: a[:, :RECORDS] for name, a in read_npz(inside(folder, files[epoch])).items() if a.ndim == 2}
        frames.append({"epoch": epoch} | {name: _replicas(a[:, :, None])[0] for name, a in arrays.items()})
        for name, values in arrays.items():
            every.setdefault(name, []).append(values)
    for name, found in every.items():
        values = np.concatenate([part.ravel() for part in found])
        finite = values[np.isfinite(values)]
        positive = finite[finite > 0]
        logarithmic = len(positive) > 0.9 * len(finite) and positive.max() > 100 * np.quantile(positive, 0.1)
        shown = positive if logarithmic else np.append(finite, 0.0)
        low, high = (float(f"{end:.5g}") for end in (shown.min(), shown.max()))
        vectors[name] = {"low": low, "high": high, "logarithmic": bool(logarithmic)}
    return _page({"title": title, "kind": "instruments", "vectors": vectors, "frames": frames})


def _weights(file: Path) -> dict[str, Array]:
    return {name: _matrix(array[0]) for name, array in read_npz(file).items()}


def _matrix(array: Array) -> Array:
    matrix = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(1, -1)
    return matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T  # wide rather than tall


def _columns(values: Array) -> list[list[float | None]]:
    return [_plain(values[-RECORDS:, o]) for o in range(min(values.shape[1], TARGETS))]


def _replicas(values: Array) -> list[dict[str, list[float | None]]]:
    """Mean, lowest and highest over the replicas that are finite, of each target."""
    from rnn_lab.figures.style import middle_and_range

    found = []
    for o in range(min(values.shape[2], TARGETS)):
        mean, low, high = middle_and_range(values[:, -RECORDS:, o])
        found.append({"mean": _plain(mean)} | ({"low": _plain(low), "high": _plain(high)} if len(values) > 1 else {}))
    return found


def _plain(values: Array) -> list[float | None]:
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]


def _thinned(epochs: Sequence[int], most: int) -> list[int]:
    """At most so many epochs, evenly spaced, the first and the last among them."""
    picks = np.unique(np.linspace(0, len(epochs) - 1, min(most, len(epochs))).round().astype(int))
    return [epochs[pick] for pick in picks]


def _page(content: Mapping[str, Any]) -> str:
    # A "<" could end the script element that the numbers stand in; JSON has another way to write it.
    data = json.dumps(content, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return Path(__file__).with_name("slides.html").read_text().replace("/*CONTENT*/", data)
