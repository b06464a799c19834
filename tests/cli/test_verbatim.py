"""Names of files, marks and columns reach the config as they were typed."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from rnn_lab.cli.verbatim import NAMES, TEXTS, verbatim


def taken(*arguments):
    """The value of the first argument, as Hydra has it in the end."""
    (first, *_) = verbatim(list(arguments), *TEXTS, *NAMES)
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
    ],
)  # fmt: skip
def test_columns_are_names_positions_or_lists_of_them(typed, meant):
    assert taken(f"data.columns={typed}") == meant


def test_other_keys_interpolations_and_choices_of_a_sweep_are_hydra_s():
    same = [
        "-m",
        "data.path=a.csv,b.csv",
        "data.target=x,y",
        "model.hidden_dim=1,2",
        "out=${name}.csv",
        "data.path=???",
    ]
    assert verbatim(same, *TEXTS, *NAMES) == same
