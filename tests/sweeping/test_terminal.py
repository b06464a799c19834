"""Display of a sweep: a live table on a real (pseudo) terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rnn_lab.sweeping.terminal import tell

TOY = Path(__file__).parent / "toy" / "toy.py"


def test_on_a_terminal_a_live_table_counts_the_trials(tmp_path):
    ours, theirs = pty.openpty()
    arguments = ["-m", "hydra/sweeper=rnn_lab", "x=interval(-1,1)", "ending=raise,fine", "hydra/sweeper/sampler=random"]
    process = subprocess.Popen(
        [
            sys.executable,
            str(TOY),
            *arguments,
            "hydra.sweeper.n_trials=6",
            "hydra.sweeper.seed=2",
            "hydra.sweeper.n_jobs=1",
        ],
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "80", "TERM": "xterm", "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    for column in ("study", "done", "running", "pruned", "failed", "best"):
        assert column in text
    assert re.search(r"toy\s*│\s*6/6\s*│\s*0\s*│", text)  # the last state of the row
    assert re.search(r"toy\s*│\s*[1-5]/6\s*│\s*1\s*│", text)  # and one on the way
    assert re.search(r"best of toy: trial \d, x=-?0\.\d+ ending=fine", text), "the values are whole at 80 columns"
    assert max(map(len, re.findall(r"[┏┃│].*", text))) <= 80
    assert "trials a minute, about" in text
    assert "RuntimeError: as asked" in text  # failures leave a line
    assert "toy: best is trial" in text


def test_sentences_fit_80_columns_and_commands_stay_whole(capsys):
    sentence = "[toy 1/20] trial 0 complete 1e-05 in 3.5 s: " + " ".join(f"key_{n}=1.25e-05" for n in range(9))
    tell(sentence)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(lines).split() == sentence.split()
    command = "python train.py " + "x=1 " * 40
    tell(f"To continue: {command}")
    assert capsys.readouterr().out == f"To continue:\n  {command}\n"
