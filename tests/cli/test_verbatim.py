"""Names of files, marks and columns reach the config as they were typed."""

from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from rnn_lab.cli.verbatim import LISTS, TEXTS, verbatim


def taken(*arguments):
    """The value of the first argument, as Hydra has it in the end."""
    (first, *_) = verbatim(list(arguments), *TEXTS, *LISTS)
    override = OverridesParser.create().parse_override(first)
    assert not override.is_sweep_override()
    return override.value()


@pytest.mark.parametrize("key", ["data.path", "run", "out"])
@pytest.mark.parametrize(
    "text",
    [
        "prices.csv", "~/x.csv", "prices (1).csv", "preços.csv", "a,b.csv", "a=b.csv", "[1].csv", "{x}.csv", "it's.csv",
        'say "x".csv', "C:\\data\\x.csv", "2024", "1e5", "true", " blank .csv", "a;b", "50%.csv", "a&b#c.csv", "x\\",
        "range(1,3)", "0123456789012345678901234567890e", "über/a b/c.csv",
    ],
)  # fmt: skip
def test_a_path_is_taken_as_it_stands(key, text):
    assert taken(f"{key}={text}") == text
    assert taken(f"+{key}={text}") == text


@pytest.mark.parametrize("mark", [";", ",", "|", "\t", r"\t", " ", ":", "'", "#", "."])
def test_a_mark_is_taken_as_it_stands(mark):
    assert taken(f"data.delimiter={mark}") == mark


@pytest.mark.parametrize(("typed", "meant"), [("';'", ";"), ('";"', ";"), ("null", None), ("'a b.csv'", "a b.csv")])
def test_quotes_and_null_mean_what_they_did(typed, meant):
    assert taken(f"data.delimiter={typed}") == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("close", "close"),
        ("T (degC)", "T (degC)"),
        ("CO(GT)", "CO(GT)"),
        ("[open,volume]", ["open", "volume"]),
        ("[0,2]", [0, 2]),
        ("2", 2),
        ("[CO(GT),\"T (degC)\"]", ["CO(GT)", "T (degC)"]),
        ("[CO(GT), T (degC), 3]", ["CO(GT)", "T (degC)", 3]),
        ("[wv (m/s),\"max, wv\"]", ["wv (m/s)", "max, wv"]),
        ("Straße", "Straße"),
        ("null", None),
        ("[größe,ü]", ["größe", "ü"]),
        ("true", "true"),
        ("1.50", "1.50"),
        ("[true,1.0]", ["true", "1.0"]),
        ("[1.50]", ["1.50"]),
        ("[null,c]", ["null", "c"]),
        ("[1e3,c]", ["1e3", "c"]),
        ("[nan,inf]", ["nan", "inf"]),
        ("[1_0,-1,٣]", ["1_0", "-1", "٣"]),
        ("int(3)", "int(3)"),
        ("[str(5),y]", ["str(5)", "y"]),
        ("[it's,it's2]", ["it's", "it's2"]),
        ("['it is', 's, t', it's]", ["it is", "s, t", "it's"]),
        ("[range(3),y]", ["range(3)", "y"]),
        ("[sort(3,1),y]", ["sort(3,1)", "y"]),
        ("range(3)", "range(3)"),
        ("['x',\"y\", z]", ["x", "y", "z"]),
        ("[a b,c\\,d]", ["a b", "c,d"]),
    ],
)  # fmt: skip
def test_columns_are_names_positions_or_lists_of_them(typed, meant):
    assert taken(f"data.columns={typed}") == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("#DIV/0!", "#DIV/0!"), ("n. a. (x)", "n. a. (x)"), ("(null)", "(null)"), (",", ","), ("true", "true"),
        ("null", None), ("-9999", -9999), ("1e3", 1000.0), ("1_0", "1_0"), ("nan", "nan"), ("-", "-"), ("?", "?"),
        ("[-9999,?,#N/A!,-1.5]", [-9999, "?", "#N/A!", -1.5]), ("'a,b'", "a,b"),
    ],
)  # fmt: skip
def test_what_stands_for_a_missing_cell_is_a_text_or_a_number(typed, meant):
    assert taken(f"data.na_values={typed}") == meant


def test_a_file_that_is_called_like_an_interpolation_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    argument = "data.path=${x}.csv"
    assert verbatim([argument], *TEXTS) == [argument]
    Path("${x}.csv").touch()
    (override,) = OverridesParser.create().parse_overrides(verbatim([argument], *TEXTS))
    config = OmegaConf.create({"path": override.value()})
    assert OmegaConf.to_container(config, resolve=True) == {"path": "${x}.csv"}


def test_in_a_sweep_each_choice_is_as_it_was_typed():
    parser = OverridesParser.create()
    _, *sweeps = verbatim(["-m", "data.columns=[true,ü],null,2,int(3)", "data.target=range(2)"], *LISTS)
    columns, target = (list(parser.parse_override(text).sweep_string_iterator()) for text in sweeps)
    assert columns == ["['true','ü']", "null", "2", "'int(3)'"]
    assert target == ["0", "1"]


def test_other_keys_interpolations_and_choices_of_a_sweep_are_hydra_s():
    same = [
        "-m",
        "data.path=a.csv,b.csv",
        "data.target=x,y",
        "model.hidden_dim=1,2",
        "out=${name}.csv",
        "data.path=???",
    ]
    assert verbatim(same, *TEXTS, *LISTS) == same
