"""Passwords on a command line or in a config, which a run would write down: refused, with the way that works."""

from collections.abc import Iterable

from rnn_lab.errors import BadInput
from rnn_lab.redaction import has_password


def refuse_passwords(settings: Iterable[str]) -> None:
    """Refuse the first setting, ``key=value``, that holds a password.

    Raises:
        BadInput: it names the key, never the value, and says how to give the password.

    Example:
        >>> refuse_passwords(["data=sine", "tracking.uri=http://ada:pw@host"])
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: tracking.uri holds a password, ...: say it in MLFLOW_TRACKING_URI.
    """
    for setting in settings:
        if not has_password(setting):
            continue
        key = setting.partition("=")[0].lstrip("+~")
        if key.startswith("tracking"):
            way = "say it in MLFLOW_TRACKING_URI"
        else:
            way = f"put the whole value into an environment variable, say SECRET, and say '{key}=${{oc.env:SECRET}}'"
        raise BadInput(f"{key} holds a password, which the run would remember: {way}.")
