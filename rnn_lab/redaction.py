"""Passwords taken out of texts, and control characters: what is printed, logged or kept passes through here."""

import argparse
import logging
import re
from typing import Any, NoReturn

MASK = "***"

_LOGIN = re.compile(r"://(?!\[[\da-fA-F:.]*\])(?:\$\{[^}\s]*\}|[^\s/:\"])*+:(?!\$\{[^}\s]*\}@)")
"""User and colon of an address, unless the password is a reference (``${oc.env:X}``). A user may be an e-mail
address."""

_PORT = re.compile(r"""\d{1,5}(?:(?P<path>[/?#])|(?=\s|["'),;:.\]}>]+(?:\s|$)|$))""")

_PLACE = re.compile(r"@(?:[\w.-]+|\[[\da-fA-F:.]+\])?(?P<then>:\d|/)")
"""An @, and a host after it with a port or a path."""

_WORD = re.compile(r"""(?:[^\s"]|"(?![\s,;:)\]}]|$))*+""")
"""As far as a blank, or a quotation mark that closes."""

_LINE = re.compile(r"(?:(?!://)[^\r\n])*+")

_QUERYS = r"""[?&] (?: pass | sig | signature | sslkey
             | [\w.-]{0,40} (?: password | passwd | passphrase | pwd | token | secret | api[_-]?key | access[_-]?key
                              | signature ) [\w.-]{0,40} ) ="""
"""Names that an address's query may have for a password."""

_HIDDEN = r"""(?! ["']? \$\{ | \*{3} (?: [\s&;,:."')\]}>] | %3B | $ ) )"""
"""No reference, and not hidden already."""

_ADDRESS = re.compile(
    r"""(?ix) (?: (?P<quote>["']) | ^ ) (?: [\w.+/@~-]{1,200} = (?P<inner>["']?) )? [a-z][\w+.-]{0,40}://
    (?(quote) (?: (?! :// ) [^\r\n] ){0,1000}? (?P=quote) (?= [\s,;:.)\]}] | $ ) | [^\r\n]*+ $ )"""
)
"""An address whose end is known: a whole text, the value of a whole argument, or in quotation marks. There a password
may hold blanks."""

_IN_ADDRESS = re.compile(rf"""(?ix) ( {_QUERYS} ) {_HIDDEN} [^&\r\n]+? (?= [&;] [\w .-]{{1,40}} = | ["']{{0,2}} $ )""")

_NAMED = re.compile(
    rf"""(?ix)
    (   (?: password | passwd | passphrase | pwd ) (?: [ ]{{0,3}} = (?!=) [ ]{{0,3}} | %3D | \\?["'] \s* : \s* )
    |   {_QUERYS}
    )
    {_HIDDEN}
    """
    r"""
    (?: (?: '(?:[^'\\\r\n]|\\.)+' | "(?:[^"\\\r\n]|\\.)+" | \{[^}\r\n]+\} ) (?= [\s&,;:.)\]}>"'] | $ )
    |   [^=\s]+? (?= %3B (?: \w | %20 | \+ ){1,40} %3D )
    |   [^=\r\n]+? (?= [&;] [\w\ .-]{1,40} = )
    |   \S+? (?= [&;] [\w\ .-]{1,40} = | ["')\]}>]{0,4} [,;:.]? (?: \s | $ ) )
    )"""
)
"""``password=...`` and ``'password': ...`` anywhere, and what else an address's query may call one; not a reference. It
ends where another name and ``=`` begin, or with its word: rather too much is hidden than too little."""

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
        text = _ADDRESS.sub(lambda address: _IN_ADDRESS.sub(rf"\1{MASK}", address[0]), _without_logins(text))
    return _NAMED.sub(rf"\1{MASK}", text)


def _without_logins(text: str) -> str:
    """Mask each ``user:password@`` of an address."""
    places = list(_PLACE.finditer(text))
    kept, done, at, word = [], 0, 0, 0
    while (login := _LOGIN.search(text, at)) and text.find("@", login.end()) >= 0:
        at = login.end()
        word = word if at < word else _WORD.match(text, at).end()  # type: ignore[union-attr]  # it matches anything
        if (end := _end(text, login, word, places)) >= 0:
            kept += [text[done:at], MASK]
            done = at = end
    return "".join([*kept, text[done:]])


def _end(text: str, login: re.Match[str], word: int, places: list[re.Match[str]]) -> int:
    """Find the @ behind a password, or -1 where none stands there: a password may hold blanks, slashes, quotes and @.

    What looks like a port is one, unless its database's address would be read otherwise, or a host and a port follow.
    """
    start = login.end()
    line = _LINE.match(text, word).end()  # type: ignore[union-attr]  # it matches anything
    near = text.rfind("@", start, word)
    far = max((each.start() for each in places if start <= each.start() < line), default=-1)
    port = _PORT.match(text, start)
    if port is None:
        return max(near, far) if max(near, far) >= 0 else text.rfind("@", start, line)
    if not port["path"]:
        return far
    if not text[max(0, login.start() - 5) : login.start()].lower().endswith(("http", "https")):
        return max(near, far)
    return max((each.start() for each in places if start <= each.start() < word and each["then"] != "/"), default=-1)


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


class Parser(argparse.ArgumentParser):
    """A parser of arguments that repeats no password in what it refuses."""

    def error(self, message: str) -> NoReturn:
        """Refuse as usual: usage, one sentence and exit code 2."""
        super().error(said(message))
