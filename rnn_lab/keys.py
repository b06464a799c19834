"""Keys of a configuration, as they are written on a command line."""

from typing import Any


def flatten(config: dict[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Turn nested keys into dotted ones.

    Example:
        >>> flatten({"model": {"hidden_dim": 8}, "seed": 0})
        {'model.hidden_dim': 8, 'seed': 0}
    """
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict) and value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
