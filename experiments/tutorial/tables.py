"""Findings in the rows of experiment zero, in Markdown: the generated parts of its README."""

from collections.abc import Callable

import numpy as np

from experiments.evidence import table
from experiments.tutorial.rows import DEFAULT, LADDER, PRINTED, PUBLISHED_RMSE, RULE, SAME, STARTED_THERE, Rows
from experiments.words import bullets, middle, span, three


def blocks(rows: Rows) -> dict[str, str]:
    """Every generated part of the README by name."""
    parts: tuple[Callable[[Rows], str], ...] = (answer, losses, anatomy, ends, ladder, by_truncation)
    return {part.__name__: part(rows) for part in parts}


def answer(rows: Rows) -> str:
    """The findings, one sentence each."""
    zero, ar1 = rows.yardsticks["zero"], rows.yardsticks["AR1"]
    published = {m: rows.column("published", m)[:, None] for m in ("train_loss", "val_loss")}
    digits = sum(int((np.abs(rows.losses("published", m)[:5] - published[m][:5]) <= PRINTED).sum()) for m in published)
    last = rows.losses("nudged", "train_loss")[-1]
    full, trained = rows.run("nudged", "val_rmse_full_window"), rows.run("nudged")
    seeds, seeds_full = rows.run(RULE), rows.run(RULE, "val_rmse_full_window")
    n = len(full)
    return bullets(
        (
            f"**The log reproduces, as far as it can.** {digits} of the 10 losses of epochs 1-5 agree to every printed "
            f"digit. After that the iteration is chaotic: {n} runs whose first weights differ by at most 1e-15 of "
            f"themselves end with training losses of {span(last)}; the published one is "
            f"{published['train_loss'][-1, 0]:.2f}.",
            f"**The published RMSE of 0.127 is one draw from {span(full)}** (median {np.median(full):.3f}; "
            f"{(full <= PUBLISHED_RMSE).sum()} of {n} runs end at or below it), measured with a forward pass that was "
            f"never trained. By the one that was, the same runs end at {span(trained)}.",
            f"**The seed is lucky.** {len(seeds)} other seeds end at {span(seeds_full)} by the published prediction "
            f"({(seeds_full <= full.max()).sum()} of them within reach of seed 42's runs) and at {span(seeds)} by the "
            f"trained forward pass: {(seeds < zero).sum()} of {len(seeds)} beat predicting zero ({zero:.3f}), "
            f"{(seeds < ar1).sum()} beat AR(1) ({ar1:.3f}).",
            "**The missing gradient would not have helped.** From the tutorial's first weights the true gradient ends "
            f"at {span(rows.run(STARTED_THERE[0]))}, where predicting a constant is, and so does Adam "
            f"({span(rows.run(STARTED_THERE[1]))}): those weights have no gradient to follow.",
            "**Other first weights would have.** The same network from the lab's initialisers, trained by the lab on "
            f"as many records: {middle(rows.run(SAME))}. The lab's default network: {middle(rows.run(DEFAULT))}, "
            f"{PUBLISHED_RMSE / np.median(rows.run(DEFAULT)):.0f} times below the published number. Neither is needed "
            f"for a sine: a linear model of the last two values, AR(2), is exact ({three(rows.yardsticks['AR2'])}).",
        )
    )


def losses(rows: Rows) -> str:
    """Published against reproduced losses."""
    published, countdown = rows.column("published", "train_loss"), rows.column("anatomy", "countdown")
    ours, theirs = (rows.losses(run, "train_loss")[:, 0] for run in ("published", "loops"))
    nudged = rows.losses("nudged", "train_loss")
    validation = rows.column("published", "val_loss"), rows.losses("published", "val_loss")[:, 0]
    cells = [
        [
            str(e + 1),
            f"{published[e]:.8f}",
            f"{ours[e]:.8f}",
            relative(ours[e], published[e]),
            relative(theirs[e], published[e]),
            relative(validation[1][e], validation[0][e]),
            relative(countdown[e], published[e]) if e < 5 else "",
            f"{np.ptp(nudged[e]) / published[e]:.0e}",
        ]
        for e in range(len(published))
    ]
    header = ["epoch", "published", "this lab", "lab", "loops", "lab, validation", "countdown", "range of 32 runs"]
    return table(header, cells)


def anatomy(rows: Rows) -> str:
    """Behaviour of the weights at the start of an epoch, seed 42."""
    names = ("output", "input_sum", "largest_gradient", "state_sd", "best_readout")
    columns = [rows.column("anatomy", name) for name in names]
    formats = ("{:.2f}", "{:.2f}", "{:.1e}", "{:.1e}", "{:.1e}")
    cells = [
        [str(e + 1), *(form.format(column[e] + 0.0) for form, column in zip(formats, columns, strict=True))]
        for e in (0, 1, 2, 3, 4, 5, 6, 24, 25)
    ]
    return table(
        ["epoch", "mean output", "mean of W's row sums", "largest gradient", "sd of s_50", "best readout"], cells
    )


def ends(rows: Rows) -> str:
    """Final errors of runs of the published rule."""
    cells = [["published", "1", three(PUBLISHED_RMSE), f"{three(rows.published_trained)} (before pass 25)"]]
    for run, name in (
        ("published", "this lab, seed 42"),
        ("loops", "the tutorial's loops, seed 42"),
        ("nudged", "this lab, seed 42, nudged by 1e-15"),
        (RULE, "this lab, seeds 0-19"),
    ):
        full, trained = rows.run(run, "val_rmse_full_window"), rows.run(run)
        cells.append([name, str(len(full)), middle(full), middle(trained)])
    for name, value in rows.yardsticks.items():
        cells.append([name, "", "", three(value)])
    return table(["validation RMSE", "runs", "published prediction", "forward pass trained"], cells)


def ladder(rows: Rows) -> str:
    """Errors that the network and the lab can reach otherwise."""
    seen = dict(zip(rows.words("runs", "run"), rows.words("runs", "records_seen"), strict=True))
    cells = [[name, f"{int(seen[run]):,}", middle(rows.run(run))] for run, name in LADDER.items()]
    return table(["", "records seen", "validation RMSE"], cells)


def by_truncation(rows: Rows) -> str:
    """The answer by k."""
    columns = [rows.by_k(run) for run in (RULE, SAME, DEFAULT)]
    cells = [[str(k), *(middle(column[k]) if k in column else "" for column in columns)] for k in columns[-1]]
    return table(["k", "the tutorial's rule", "the same network, true gradient", "the lab's default network"], cells)


def relative(value: float, published: float) -> str:
    """Relative difference from a published number; a dash where every printed digit agrees."""
    return "-" if abs(value - published) <= PRINTED else f"{value / published - 1:+.0e}"
