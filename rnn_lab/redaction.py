"""Passwords taken out of texts, and control characters: what is printed, logged or kept passes through here."""

import logging
import re
from typing import Any

MASK = "***"

_IN_ADDRESS = re.compile(r"(?<=://)([^\s/@:\"]*):(?!\d{1,5}/|\$\{)[^\s\"]*@")
"""``user:password@``, unless the password is a reference (``${oc.env:X}``). A bare slash or @ is part of a password:
rather too much is hidden than too little."""

_NAMED = re.compile(
    r"""(?ix) ( (?:password|passwd|passphrase|pwd) = | [?&] \w* (?:password|passwd|pwd|token|secret|api_?key) \w* = )
    ( '(?:[^'\\]|\\.)+' | (?!\$\{) [^\s&'",;)\]}]+ )"""
)
"""``password=...`` anywhere, and what else an address's query may call one; not a reference (``${oc.env:X}``)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def redact(text: str) -> str:
    """Put `MASK` in the place of every password in a text: of addresses, their queries, and ``password=...``.

    Example:
        >>> redact("postgresql://ada:s3cret@db/mlflow?sslpassword=x&a=1")
        'postgresql://ada:***@db/mlflow?sslpassword=***&a=1'
        >>> redact("http://127.0.0.1:5000/#/experiments/1")
        'http://127.0.0.1:5000/#/experiments/1'
    """
    if "://" in text:
        text = _IN_ADDRESS.sub(rf"\1:{MASK}@", text)
    return _NAMED.sub(rf"\1{MASK}", text) if "=" in text else text


def has_password(text: str) -> bool:
    """Tell whether `redact` would find a password in a text that holds one still.

    Example:
        >>> has_password("tracking.uri=http://ada:pw@host"), has_password("http://ada@host:5000")
        (True, False)
    """
    return redact(text) != text


def redact_all(value: Any) -> Any:
    """Redact every text in nested lists, tuples and dictionaries; the keys too.

    Example:
        >>> redact_all({"uri": ["http://ada:pw@host"], "epoch": 3})
        {'uri': ['http://ada:***@host'], 'epoch': 3}
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {redact_all(key): redact_all(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(each) for each in value]
    return value


def printable(text: str) -> str:
    r"""Replace control characters, with which a text from elsewhere could write over a terminal; lines stay lines.

    Example:
        >>> printable("a\x1b[2Jb")
        'a?[2Jb'
    """
    return _CONTROL.sub("?", text)


def said(text: object) -> str:
    """A text fit for a terminal: no passwords, no control characters."""
    return printable(redact(str(text)))


class Redacting(logging.Formatter):
    """A formatter whose lines and tracebacks hold no password."""

    def format(self, record: logging.LogRecord) -> str:
        """Format as usual, then redact."""
        return redact(super().format(record))
