"""The difference of two configs."""

from rnn_lab.runs.folder import RunFolder
from rnn_lab.tracking.names import parameters


def difference(one: RunFolder, other: RunFolder) -> dict[str, tuple[str | None, str | None]]:
    """Compare two runs' configs: key -> both values as text, None where a config lacks the key.

    Where they are tracked is left out: it changes nothing of a run.
    """
    first, second = (
        {name: value for name, value in parameters(run.config).items() if not name.startswith("tracking.")}
        for run in (one, other)
    )
    return {
        name: (first.get(name), second.get(name))
        for name in (*first, *(name for name in second if name not in first))
        if first.get(name) != second.get(name)
    }
