"""Comparison of runs by a reader: the parameters that MLflow gets, the run's name, and the group of its seeds."""

from collections.abc import Mapping
from typing import Any

from rnn_lab.tracking.journal import Fact
from rnn_lab.tracking.names import parameters

KINDS = ("model", "optimizer", "rule")
"""Groups whose component is a parameter of its own, by its class."""

GROUPS = ("study", "data", "model", "rule", "optimizer", "trainer")
SILENT = {"trainer.resume", "trainer.checkpoint_seconds"}
"""Keys that change nothing of the result."""

SAID = ("data", "model", "seed", "replicas", "model.hidden_dim")
"""Keys whose values a run's name has in any case."""

ELSEWHERE = ("-", "hydra.", "hydra/", "tracking", "trainer.resume", "trainer.checkpoint_seconds", "study", "search")
NAME_LENGTH = 90


def compared(config: Mapping[str, Any], data: Fact | None = None) -> dict[str, str]:
    """Return the parameters of a run that tell it from another: no nulls, no addresses of code, no tracking.

    ``trainer.bptt_truncate`` is the number of steps as it took effect: no gradient goes back further than its window.
    The whole config lies beside them as ``config.yaml``.

    Args:
        config: of the run, or of a study.
        data: the journal's ``data`` fact.

    Example:
        >>> config = {"seed": 0, "model": {"_target_": "rnn_lab.network.GRU", "hidden_dim": 8, "bias": None}}
        >>> compared({**config, "trainer": {"bptt_truncate": 50}}, {"shapes": {"train": {"X": [100, 12, 1]}}})
        {'model': 'gru', 'seed': '0', 'model.hidden_dim': '8', 'trainer.bptt_truncate': '12'}
    """
    flat = {name: str(config[name]) for name in ("seed", "replicas") if name in config}
    shown = {name: node for name in GROUPS if (node := config.get(name)) is not None}
    values = parameters(_without_nulls(shown)).items()
    flat |= {name: value for name, value in values if name not in SILENT and not name.endswith("_target_")}
    shape = data["shapes"].get("train", {}).get("X", []) if data else []  # a damaged journal may lack it
    if len(shape) == 3 and "trainer.bptt_truncate" in flat:
        flat["trainer.bptt_truncate"] = str(min(int(flat["trainer.bptt_truncate"]), shape[1]))
    kinds = {name: kind(config[name]) for name in KINDS if isinstance(config.get(name), Mapping)}
    if schedule := config.get("optimizer", {}).get("schedule"):
        kinds["optimizer.schedule"] = kind(schedule)
    return {name: value for name, value in kinds.items() if value} | flat


def title(start: Fact) -> str:
    """Return the name of a run in MLflow: the user's own, a trial's number, or what the run is and its seeds.

    Example:
        >>> config = {"data": {"name": "sine"}, "model": {"_target_": "a.GRU", "hidden_dim": 8}, "seed": 3}
        >>> title({"name": "sine-gru", "tags": {}, "config": config})
        'sine gru h8 s3'
        >>> title({"name": "sine-gru", "tags": {"rnn_lab.trial": "26"}, "config": config})
        'trial 26'
    """
    config = start["config"]
    own = config.get("tracking", {}).get("run_name")
    if own or not is_described(config):
        return str(own or start["name"])
    if (number := start.get("tags", {}).get("rnn_lab.trial")) is not None:
        return f"trial {number}"
    first, count = config.get("seed", 0), config.get("replicas", 1)
    return f"{group(config)} s{first}" + (f"-{first + count - 1}" if count > 1 else "")


def longer_title(start: Fact, provenance: Fact) -> str:
    """Return a run's name with what its command changed beside, such as ``sine gru h8 s3 learning_rate=0.1``.

    Example:
        >>> config = {"data": {"name": "sine"}, "model": {"_target_": "a.GRU", "hidden_dim": 8}, "seed": 3}
        >>> command = ["train.py", "model=gru", "optimizer.learning_rate=1", "optimizer.learning_rate=0.1"]
        >>> longer_title({"name": "sine-gru", "tags": {}, "config": config}, {"command": command})
        'sine gru h8 s3 learning_rate=0.1'
    """
    name, config = title(start), start["config"]
    if name != title({**start, "tags": {}}) or not is_described(config) or config.get("tracking", {}).get("run_name"):
        return name
    changed: dict[str, str] = {}  # of a key that is given twice, as a resumed run's may be, the last value counts
    for word in provenance["command"][1:]:
        key, separator, value = word.lstrip("+~").partition("=")
        if separator and key not in SAID and not key.startswith(ELSEWHERE) and "," not in value:
            changed[key] = value
    for key, value in changed.items():
        longer = f"{name} {key.rpartition('.')[2]}={value}"
        if len(longer) > NAME_LENGTH:
            break
        name = longer
    return name


def group(config: Mapping[str, Any]) -> str:
    """Return what runs have in common that differ in their seed: data, kind of model, and its size."""
    model = config["model"]
    layers = f"x{model['layers']}" if model.get("layers", 1) != 1 else ""
    size = f" h{model['hidden_dim']}{layers}" if "hidden_dim" in model else ""
    return f"{config['data']['name']} {kind(model)}{size}"


def kind(component: Mapping[str, Any]) -> str:
    """Return the class of a component in lower case; nothing for one that names none.

    Example:
        >>> kind({"_target_": "rnn_lab.network.LSTM"})
        'lstm'
    """
    return str(component.get("_target_", "")).rpartition(".")[2].lower()


def is_described(config: Mapping[str, Any]) -> bool:
    """Tell whether a config says what data and which model: a study's says neither."""
    return bool(config.get("data", {}).get("name")) and "_target_" in config.get("model", {})


def _without_nulls(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    return node
