"""Files as accident or malice leaves them: torn, flipped, doubled, with fields that are gone or of another kind."""

import io
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

STRANGE: list[Any] = [
    None, True, "", "x", "NaN", "../../x", "a\nb", "\x1b[2J", "\ud800", "ü" * 300, 0, -1, 10**400, 2**63, 1e308, 0.5,
    float("nan"), float("inf"), [], {}, [[]], [1, "a"], {"_target_": "os.system"}, {"a": {"b": []}}, "${oc.env:HOME}",
]  # fmt: skip
"""Values for a field that should hold another."""


def mutations(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """Yield altered versions of a file's content, the same for the same seed."""
    draw = random.Random(seed)
    ways = [_flip, _cut, _drop, _double, _noise, _swap_digits]
    if _is_json(content):
        ways += [_field] * 6  # what is valid, and says something else, gets further
    if content.startswith(b"PK"):
        ways += [_array] * 6
    for _ in range(count):
        changed = content
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            changed = draw.choice(ways)(changed, draw)
        yield changed


def _place(content: bytes, draw: random.Random) -> int:
    return draw.randrange(max(1, len(content)))


def _flip(content: bytes, draw: random.Random) -> bytes:
    at, changed = _place(content, draw), bytearray(content)
    if changed:
        changed[at] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: _place(content, draw)]


def _drop(content: bytes, draw: random.Random) -> bytes:
    at = _place(content, draw)
    return content[:at] + content[at + draw.choice((1, 4, 30, 300)) :]


def _double(content: bytes, draw: random.Random) -> bytes:
    at = _place(content, draw)
    return content[:at] + content[at : at + draw.choice((1, 8, 80, 800))] + content[at:]


def _noise(content: bytes, draw: random.Random) -> bytes:
    at = _place(content, draw)
    return content[:at] + draw.randbytes(draw.choice((1, 3, 20))) + content[at:]


def _swap_digits(content: bytes, draw: random.Random) -> bytes:
    at = [place for place, byte in enumerate(content) if 48 <= byte < 58]
    changed = bytearray(content)
    for place in draw.sample(at, min(len(at), draw.choice((1, 5)))):
        changed[place] = draw.choice(b"0123456789-.eE")
    return bytes(changed)


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content.partition(b"\n{")[0])
    except ValueError:
        return False
    return True


def _field(content: bytes, draw: random.Random) -> bytes:
    """Remove, replace or rename a field somewhere in a JSON file, or in one line of a file of such lines."""
    lines = content.split(b"\n")
    several = sum(line.startswith(b"{") for line in lines) > 1
    at = draw.choice([n for n, line in enumerate(lines) if line] or [0]) if several else 0
    try:
        found = json.loads(lines[at] if several else content)
    except (ValueError, RecursionError):
        return content
    places = list(_places(found))
    if not places:
        return content
    node, key = draw.choice(places)
    how = draw.randrange(4)
    if how == 0:
        del node[key]
    elif how == 1 and isinstance(node, dict):
        node[f"{key}x"] = node.pop(key)
    elif how == 2 and isinstance(node[key], int | float):
        node[key] = draw.choice((-node[key], node[key] * 1000, node[key] + 1, str(node[key]), [node[key]]))
    else:
        node[key] = draw.choice(STRANGE)
    text = json.dumps(found).encode()
    return b"\n".join([*lines[:at], text, *lines[at + 1 :]]) if several else text


def _array(content: bytes, draw: random.Random) -> bytes:
    """Remove, reshape or refill an array of an ``.npz``."""
    try:
        with np.load(io.BytesIO(content)) as file:
            arrays = dict(file)
    except Exception:  # damaged before
        return content
    if not arrays:
        return content
    name = draw.choice(sorted(arrays))
    array = arrays.pop(name)
    others: list[Any] = [
        array[None], array.ravel(), array.ravel()[:0], np.array(0), array.astype(str), np.zeros(2000), np.array("x"),
        np.full(array.shape, np.nan), np.full(array.shape, -3), np.ones(array.shape, np.float16), array.view(np.uint8)
        if array.ndim and array.dtype.kind in "fi" else array, np.ones(array.shape, complex),
    ]  # fmt: skip
    how = draw.randrange(4)
    if how == 1:
        arrays[f"{name}x"] = array
    elif how > 1:
        arrays[name] = draw.choice(others)
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    inner: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield node, key
        yield from _places(value)


def unclean(read: Callable[[], object], sentence: type[Exception]) -> str | None:
    """Read; say what was wrong if that ended otherwise than well or in one clean sentence."""
    try:
        read()
    except sentence as error:
        said = str(error)
        if "\n" in said or len(said) > 1000 or not said.strip():
            return f"no sentence: {said[:300]!r}"
    except BaseException as error:  # whatever it is, the user would see a traceback
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
        return f"{type(error).__name__}: {str(error)[:200]!r} at {place}"
    return None
