"""Sentences in lines of a terminal."""

import textwrap

COMMAND = "To widen and continue"


def wrapped(sentence: str, width: int = 80) -> list[str]:
    """Break a sentence into lines of a terminal; a command stays whole on a line of its own, for it is pasted.

    Example:
        >>> wrapped("  To widen and continue: python train.py search=default")
        ['  To widen and continue:', '  python train.py search=default']
        >>> wrapped("! One two three", width=10)
        ['! One two', '  three']
    """
    lead, _, command = sentence.partition(": ")
    if lead.strip() == COMMAND:
        return [f"{lead}:", f"  {command}"]
    return textwrap.wrap(sentence, width, subsequent_indent="  ", break_long_words=False) or [sentence]
