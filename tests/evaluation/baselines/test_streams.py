"""Yardsticks of streams: closed forms, the series itself, and nothing that a forecaster could not know."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.baselines import ngrams
from rnn_lab.rng import named_rng
from rnn_lab.sequences import ARMA, Generated, Henon, RandomWalk, Sine, Stream, StreamDataset, Text
from tests.evaluation.baselines.usual import scores


def sine(**arguments):
    arguments = {"series": Sine(length=4400), "train": 2200, "validation": 2200, **arguments}
    return Stream(name="sine", **arguments).dataset()


def written(folder, text, **arguments):
    (folder / "own.txt").write_text(text)
    arguments = {"train": 0.5, "validation": 0.5, **arguments}
    return Text(name="own", path=str(folder / "own.txt"), **arguments).dataset()


def test_a_sine_s_closed_forms():
    """Persistence errs by 2 sin(w/2) / sqrt 2, AR(1) by sin(w) / sqrt 2, AR(2) not at all."""
    found = scores(sine())
    for split in ("train", "validation"):
        assert list(found[split]) == ["mean", "persistence", "AR1", "AR2"]
        assert found[split]["mean"]["nrmse"] == pytest.approx(1.0, abs=1e-3)
        assert found[split]["persistence"]["rmse"] == pytest.approx(np.sqrt(2) * np.sin(0.5), rel=1e-3)
        assert found[split]["AR1"]["rmse"] == pytest.approx(np.sin(1.0) / np.sqrt(2), rel=1e-3)
        assert found[split]["AR2"]["rmse"] < 1e-13
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_scaling_changes_nothing(scaling):
    plain, scaled = scores(sine()), scores(sine(scaling=scaling))
    for split in plain:
        for name in ("mean", "persistence", "AR1"):
            assert scaled[split][name] == pytest.approx(plain[split][name], rel=1e-9)


def test_persistence_of_every_target_of_a_later_split():
    """The first one's last value lies before the split, and is known when it begins."""
    walk, horizon = RandomWalk(length=900), 4
    data = Stream(name="walk", series=walk, seed=5, horizon=horizon, train=500, validation=300, test=100).dataset()
    values = walk(named_rng(5, "data"))
    found = scores(data)
    for split, first, last in (("validation", 500, 800), ("test", 800, 900)):
        at = np.arange(first + horizon, last)
        error = np.sqrt(np.mean((values[at] - values[at - horizon]) ** 2))
        assert found[split]["persistence"]["rmse"] == pytest.approx(error, rel=1e-12)


def test_they_are_those_of_windows_where_both_have_the_same_targets():
    """Of an AR(2) process whose order both find: the same validation targets, nearly the same training ones."""
    series, window = ARMA(length=3000, ar=[1.6, -0.8]), 30
    windows = Generated(name="ar", series=series, window=window, train=2000 - window, validation=1000).dataset()
    rows = Stream(name="ar", series=series, train=1999, validation=1001).dataset()
    one, other = scores(windows)["validation"], scores(rows)["validation"]
    assert list(one) == list(other)
    for name in one:
        assert other[name] == pytest.approx(one[name], rel=2e-3)
    assert one["persistence"]["rmse"] == pytest.approx(other["persistence"]["rmse"], rel=1e-12)


def test_nothing_is_fitted_after_training():
    long = Stream(name="h", series=Henon(length=1000), train=400, validation=300, test=300).dataset()
    assert long.test is not None
    later = scores(replace(long, validation=long.test, test=None))
    found = scores(long)
    assert later["train"] == found["train"]
    assert later["validation"] == found["test"]


def test_several_targets_one_of_them_unseen():
    def persistence(target):
        henon = Henon(length=900)
        data = Stream(name="h", series=henon, train=600, validation=300, columns="x", target=target).dataset()
        return scores(data)["validation"]["persistence"]["rmse"]

    assert persistence(["y", "x"]) ** 2 == pytest.approx((persistence("x") ** 2 + persistence("y") ** 2) / 2)


def test_of_a_long_stream_the_last_targets_are_fitted_and_scored(monkeypatch):
    walk = RandomWalk(length=2000)
    monkeypatch.setattr(StreamDataset, "MOST", 100)
    found = scores(Stream(name="walk", series=walk, train=1400, validation=550, test=50).dataset())
    values = walk(named_rng(0, "data"))[:, 0]
    mean = values[1300:1400].mean()
    for split, last, count in (("train", 1400, 100), ("validation", 1950, 100), ("test", 2000, 49)):
        targets = values[last - count : last]
        assert found[split]["mean"]["mae"] == pytest.approx(np.abs(targets - mean).mean(), rel=1e-12)


def test_a_training_part_that_is_too_short():
    with pytest.raises(BadInput, match=r"^data\.train holds 2 steps, .* data\.horizon=3: it needs at least 5$"):
        scores(sine(train=5, validation=50, horizon=3))
    assert "AR1" in scores(sine(train=8, validation=50, horizon=3))["train"]


def test_characters_by_hand(tmp_path):
    """Training targets with two characters before them: ab c, bc a, ca b, ab c. Validation: ca b, ab b."""
    found = scores(written(tmp_path, "aabcabcabb", train=7, validation=3))["validation"]
    assert list(found) == ["unigram", "bigram", "trigram"]
    b = (1 + 3 / 3) / (4 + 3)  # seen once of four times, among three kinds
    b_after_a = (1 + b) / (1 + 1)
    b_after_b = (0 + b) / (2 + 1)  # c, twice
    b_after_ca = (1 + b_after_a) / (1 + 1)
    b_after_ab = (0 + b_after_b) / (2 + 1)
    for name, probabilities, right in (
        ("unigram", (b, b), 0.0),  # c is the likeliest
        ("bigram", (b_after_a, b_after_b), 0.5),
        ("trigram", (b_after_ca, b_after_ab), 0.5),
    ):
        assert found[name]["loss"] == pytest.approx(-np.log(probabilities).mean(), rel=1e-12)
        assert found[name]["accuracy"] == right


def test_units_agree():
    found = scores(Text(name="text", train=0.1, validation=0.05).dataset())
    for split in ("train", "validation"):
        for score in found[split].values():
            assert score["bits"] == pytest.approx(score["loss"] / np.log(2))
            assert score["perplexity"] == pytest.approx(2 ** score["bits"])
        for shorter, longer in pairwise(found[split].values()):
            assert longer["loss"] < shorter["loss"]
            assert longer["accuracy"] > shorter["accuracy"]


def test_what_cannot_be_foretold_costs_all_of_it(tmp_path):
    """Characters drawn at random from four: two bits, and a bit of a bit for having to count."""
    text = "".join(np.random.default_rng(0).choice(list("abcd"), 40_000))
    found = scores(written(tmp_path, text))["validation"]
    assert found["unigram"]["bits"] == pytest.approx(2.0, abs=1e-3)
    assert found["trigram"]["bits"] == pytest.approx(2.0, abs=5e-3)
    assert found["trigram"]["bits"] > 2.0 - 1e-3


def test_a_character_that_training_never_saw_costs_much_and_not_everything(tmp_path):
    found = scores(written(tmp_path, "abababababababzb"))["validation"]
    assert all(np.isfinite(list(score.values())).all() for score in found.values())


def test_blocks_change_nothing(tmp_path, monkeypatch):
    data = written(tmp_path, "the cat and the hat and the bat and that")
    whole = scores(data)
    monkeypatch.setattr(ngrams, "BLOCK", 3)
    for split, names in scores(data).items():
        for name, score in names.items():
            assert score == pytest.approx(whole[split][name], rel=1e-12)


def test_too_few_characters_for_a_trigram(tmp_path):
    with pytest.raises(BadInput, match=r"^data\.train holds 3 characters, too few for a trigram and its past: 4$"):
        scores(written(tmp_path, "abcabc"))
