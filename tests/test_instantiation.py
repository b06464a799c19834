"""Components that are named by ``_target_``: what is said of one that is not there, in one sentence."""

import pytest
from omegaconf import OmegaConf
from omegaconf.errors import InterpolationKeyError

from rnn_lab.errors import BadInput
from rnn_lab.instantiation import instantiate
from rnn_lab.network import Elman

MODULES = {
    "fine_of_mine": "class Cell:\n    pass\n",
    "half_of_mine": (
        "from abc import abstractmethod\nfrom rnn_lab.network import Elman\n\n"
        "class Cell(Elman):\n    @abstractmethod\n    def more(self): ...\n"
    ),
    "fails_of_mine": "x = 1\n1 / 0\n",
    "needs_of_mine": "import nothing_of_that_name\n",
    "wrong_of_mine": "def Cell(:\n",
    "raises_of_mine": "def Cell(**given):\n    raise KeyError('depth')\n",
}


@pytest.fixture(autouse=True)
def _desk(tmp_path, monkeypatch):
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("fine_of_mine.Cel", "is not there: fine_of_mine has no 'Cel'. Did you mean fine_of_mine.Cell?"),
        ("fine_of_mine.Other", "is not there: fine_of_mine has no 'Other'."),
        (
            "absent_of_mine.Cell",
            "the module 'absent_of_mine' is not found: run this in the folder where absent_of_mine",
        ),
        ("fails_of_mine.Cell", "cannot be imported: ZeroDivisionError: division by zero (fails_of_mine.py, line 2)."),
        ("needs_of_mine.Cell", "cannot be imported: it needs 'nothing_of_that_name', which is not installed."),
        ("wrong_of_mine.Cell", "cannot be imported: SyntaxError: "),
        ("raises_of_mine.Cell", "refused its arguments or failed: KeyError: 'depth' (raises_of_mine.py, line 2)."),
        ("fine_of_mine", "_target_ names no class or function: '<module 'fine_of_mine'"),
        ("fine_of_mine.Cell", "_target_=fine_of_mine.Cell is no Elman."),
        ("half_of_mine.Cell", "_target_=half_of_mine.Cell lacks more, which every Elman has."),
        ("rnn_lab.network.Elmn", "Did you mean rnn_lab.network.Elman?"),
        ("rnn_lab.networks.Elman", "Did you mean rnn_lab.network.Elman?"),
    ],
)
def test_a_wrong_target_is_one_sentence(target, says):
    with pytest.raises(BadInput) as refused:
        instantiate({"_target_": target}, Elman)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "HYDRA_FULL_ERROR" not in str(refused.value)


def test_an_escaped_interpolation_is_text_and_others_are_looked_up():
    config = OmegaConf.create({"data": {"_target_": "builtins.dict", "path": "\\${x}.csv", "all": ["${y}"]}, "y": 3})
    assert instantiate(config.data, _convert_="all") == {"path": "${x}.csv", "all": [3]}
    config.data.path = "a\\\\\\${x}"
    assert instantiate(config.data)["path"] == config.data.path == "a\\${x}"
    config.data.path = "${x}.csv"
    with pytest.raises(InterpolationKeyError, match="'x' not found"):
        instantiate(config.data)
