"""Sentences in lines of a terminal."""

import textwrap

WIDEN = "To widen and continue"
LEADS = (WIDEN, "To continue", "To look at it")
"""Beginnings of sentences that end in a command."""


def wrapped(sentence: str, width: int = 80) -> list[str]:
    """Break a sentence into lines of a terminal; a command stays whole on a line of its own, for it is pasted.

    Example:
        >>> wrapped("  To widen and continue: python train.py search=default")
        ['  To widen and continue:', '  python train.py search=default']
        >>> wrapped("! One two three", width=10)
        ['! One two', '  three']
    """
    lead, _, command = sentence.partition(": ")
    if lead.strip().startswith(LEADS):
        return [f"{lead}:", f"  {command}"]
    broken = textwrap.wrap(
        sentence, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
    return broken or [sentence]
