"""One page that holds the whole examination: sentences, figures, and the command that mends what can be mended."""

import base64
import html
from collections.abc import Callable, Mapping, Sequence

from numpy.typing import ArrayLike

from rnn_lab.sweeping.examination.examine import examine
from rnn_lab.sweeping.examination.trials import Finding, Trials
from rnn_lab.sweeping.examination.wrapping import WIDEN

QUESTIONS = {
    "edge": "Is the space large enough?",
    "density": "Was it sampled densely enough?",
    "feasibility": "How much is infeasible, and where?",
    "health": "Are the best trials' curves healthy?",
    "reality": "Is the winner real?",
    "effects": "What does each parameter do?",
}
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.4rem} h2{font-size:1.05rem;margin-top:2rem} img{max-width:100%}
pre{background:#f4f4f4;padding:.6rem;overflow-x:auto} p{border-left:4px solid #ddd;padding-left:.6rem}
p.warns{border-left-color:#d55e00}"""


def page(
    name: str,
    trials: Trials,
    *,
    ylabel: str = "value",
    fresh: Mapping[int, ArrayLike] | None = None,
    finalists: int = 1,
    command: Callable[[Sequence[str]], str] = " ".join,
) -> str:
    """Write the page as HTML that needs no other file.

    Args:
        name: of the study.
        trials: of it.
        ylabel: what its values are, such as ``val/rmse``.
        fresh: trial's number -> values of fresh seeds.
        finalists: of how many trials these values chose the winner.
        command: turns overrides into the command that continues the study with them.
    """
    from rnn_lab.sweeping.examination.pictures import pictures  # matplotlib is loaded where something is drawn

    answers, drawn = examine(trials, fresh, finalists), pictures(trials, fresh or {}, ylabel)
    parts = [f"<h1>{html.escape(name)}: the sweep examined</h1>"]
    for question, title in QUESTIONS.items():
        parts.append(f"<h2>{html.escape(title)}</h2>")
        parts += [_paragraph(finding, command) for finding in answers[question]]
        parts += [_image(picture, title) for picture in drawn.get(question, [])]
    head = f'<meta charset="utf-8"><title>{html.escape(name)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>\n' + "\n".join(parts) + "\n</body></html>\n"


def sentences(
    answers: Mapping[str, Sequence[Finding]], command: Callable[[Sequence[str]], str] = " ".join
) -> list[str]:
    """Say it on a terminal: each finding, those that warn marked, and one command for all that overrides can mend."""
    found = [finding for question in QUESTIONS for finding in answers[question]]
    lines = [f"{'!' if finding.warns else ' '} {finding.sentence}" for finding in found]
    overrides = [text for finding in found for text in finding.mend]
    return [*lines, f"  {WIDEN}: {command(overrides)}"] if overrides else lines


def _paragraph(finding: Finding, command: Callable[[Sequence[str]], str]) -> str:
    kind = ' class="warns"' if finding.warns else ""
    text = f"<p{kind}>{html.escape(finding.sentence)}</p>"
    return text + (f"<pre>{html.escape(command(finding.mend))}</pre>" if finding.mend else "")


def _image(picture: bytes, title: str) -> str:
    return f'<img alt="{html.escape(title)}" src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
