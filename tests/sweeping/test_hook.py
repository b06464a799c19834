"""The hook that a task calls: free of charge without a sweep, and heard within one."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from rnn_lab.sweeping import Pruned, Reporter, advise, report, tags
from rnn_lab.sweeping.trial import opened


def test_without_a_sweep_nothing_happens_and_nothing_is_imported():
    code = (
        "import sys, rnn_lab.sweeping as s; s.report(1, 0.5); s.Reporter('m'); "
        "heavy = {'optuna', 'hydra', 'numpy', 'omegaconf'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_registration_does_not_import_optuna():
    code = (
        "import sys, rnn_lab.sweeping as s; s.register(); s.register(); "
        "sys.exit('optuna' in sys.modules or 'cloudpickle' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_values_reach_the_channel_and_its_verdict_comes_back():
    heard = []

    def channel(step, values):
        heard.append((step, values))
        return "enough" if step == 2 else None

    with opened(channel, {"rnn_lab.trial": "7"}):
        assert tags() == {"rnn_lab.trial": "7"}
        report(1, 0.5)
        with pytest.raises(Pruned, match="enough"):
            report(2, 0.4)
        assert advise(2, 0.3) == "enough"
        observer = Reporter("val/rmse")
        assert observer(SimpleNamespace(epoch=0, metrics={"val/rmse": [9.0]})) is None  # before any update
        assert observer(SimpleNamespace(epoch=1, metrics={"val/rmse": [1.0, 2.0]})) is None
        assert observer(SimpleNamespace(epoch=2, metrics={"val/rmse": [1.0, 2.0]})) == "enough"
        assert observer.verdict == "enough"
    assert heard == [(1, 0.5), (2, 0.4), (2, 0.3), (1, [1.0, 2.0]), (2, [1.0, 2.0])]
    report(3, 0.1)  # the trial is over
    assert len(heard) == 5
    assert tags() == {}
