"""Trust in modules: the lab's components, and what the user names; nothing else is imported for a look at it."""

import sys

import pytest

from rnn_lab.errors import BadInput
from rnn_lab.trust import check_targets, shipped


@pytest.mark.parametrize("target", ["rnn_lab.network.Elman", "rnn_lab.scoring.scores.RMSE", *shipped()])
def test_the_labs_components_pass(target):
    check_targets({"a": [{"_target_": target}]}, (), "a folder")


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "rnn_lab.instantiation.import_module",
        "rnn_lab.paste.shutil.rmtree",
        "rnn_lab.tracking.journal.Journal",
        "rnn_lab.evaluation.trained_network.import_module",
        "rnn_lab.evaluation.trained_network.Path",
        "rnn_lab.network.Elman.__subclasses__",
        "rnn_lab.network",
        "rnn_lab",
        "wave.open",
        "minefield.Cell",
        "",
        ".",
        5,
        ["os.system"],
    ],
)
def test_anything_else_is_refused_and_not_imported(target):
    sys.modules.pop("wave", None)
    with pytest.raises(BadInput, match="none of the lab's components"):
        check_targets({"a": {"b": [[{"_target_": target}]]}}, ["mine"], "a folder")
    assert "wave" not in sys.modules
    check_targets({"_target_": target}, None, "one's own folder")
