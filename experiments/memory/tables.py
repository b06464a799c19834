"""Findings in the rows of the memory study, in Markdown: the generated parts of its README."""

from collections.abc import Callable

from experiments.evidence import table
from experiments.memory.measure import RUNS
from experiments.memory.rows import Rows
from experiments.memory.tasks import TASKS
from experiments.words import bullets, middle, three


def blocks(rows: Rows) -> dict[str, str]:
    """Every generated part of the README by name."""
    parts: tuple[Callable[[Rows], str], ...] = (answer, tasks, ends, seeds, commands)
    return {part.__name__: part(rows) for part in parts}


def answer(rows: Rows) -> str:
    """The findings, one sentence each."""
    found = []
    for task in rows.tasks:
        who = [f"{network} {learned(rows, task, network)}" for network in rows.networks]
        found.append(f"**{task[0].upper()}{task[1:]}.** Seeds that learn it: {'; '.join(who)}.")
    return bullets(found)


def tasks(rows: Rows) -> str:
    """Score of each task."""
    return table(["task", "score"], [[name, task.score] for name, task in TASKS.items()])


def learned(rows: Rows, task: str, network: str) -> str:
    """Number of seeds that have learned a task, of how many."""
    seeds = rows.learned(task, network)
    return f"{int(seeds.sum())} of {len(seeds)}"


def ends(rows: Rows) -> str:
    """Final scores of the networks: median and range over seeds."""
    cells = []
    for task in rows.tasks:
        for network in rows.networks:
            updates = int(rows.ends(task, network, "updates")[0])
            cells.append(
                [
                    task,
                    network,
                    f"{updates:,}",
                    middle(rows.ends(task, network)),
                    middle(rows.ends(task, network, "success")),
                    learned(rows, task, network),
                ]
            )
    return table(["task", "network", "updates", "score", "solved records", "seeds that learn it"], cells)


def seeds(rows: Rows) -> str:
    """Each seed's score."""
    cells = []
    for task in rows.tasks:
        for network in rows.networks:
            scores, passed = rows.ends(task, network), rows.learned(task, network)
            marks = [f"{three(score)}{'' if ok else ' ✗'}" for score, ok in zip(scores, passed, strict=True)]
            cells.append([task, network, *marks])
    numbers = rows.ends(rows.tasks[0], rows.networks[0], "seed").astype(int)
    return table(["task", "network", *(f"seed {number}" for number in numbers)], cells)


def commands(rows: Rows) -> str:
    """Commands that do one run of each task again."""
    return "\n".join(f"    python scripts/train.py {' '.join(RUNS[task, 'GRU'])}" for task in rows.tasks)
