import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_lab.tracking.names import (
    NAME_LENGTH,
    VALUE_LENGTH,
    metric_name,
    numbers,
    parameter_name,
    parameters,
    shortened,
)


@pytest.fixture(scope="module")
def accepted(empty_store):
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    return _validate_metric_name, _validate_param_name


NAMES = st.text(min_size=1, max_size=40) | st.sampled_from(["..", ".", "/", "a//b", "./a", "../a", "a/..", "a/", "/a"])


@given(name=NAMES)
def test_mlflow_takes_every_name_of_ours(accepted, name):
    validate_metric, validate_parameter = accepted
    validate_metric(metric_name(name))
    validate_parameter(parameter_name(name))


@given(names=st.sets(NAMES, min_size=2, max_size=8))
def test_names_do_not_collide(names):
    assert len({parameter_name(name) for name in names}) == len(names)
    assert len({metric_name(name) for name in names}) == len(names)


@given(name=st.from_regex(r"[a-zA-Z_][\w\- :]*(\.\w+)*", fullmatch=True))
def test_good_names_stay_as_they_are(name):
    assert parameter_name(name) == name


def test_long_names_are_cut_and_told_apart():
    names = ["x" * 400, "x" * 401]
    short = [parameter_name(name) for name in names]
    assert [len(name) for name in short] == [NAME_LENGTH] * 2
    assert short[0] != short[1]


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
CONFIGS = st.dictionaries(
    st.text(min_size=1, max_size=3),
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def leaves(node) -> int:
    """Count values, where a list of plain values, an empty list and an empty mapping are one each."""
    if isinstance(node, dict) and node:
        return sum(leaves(value) for value in node.values())
    if isinstance(node, list) and any(isinstance(value, dict | list) for value in node):
        return sum(leaves(value) for value in node)
    return 1


@given(config=CONFIGS.filter(bool))
def test_every_value_has_a_parameter_of_its_own(accepted, config):
    flat = parameters(config)
    assert len(flat) == leaves(config)
    for name in flat:
        accepted[1](name)


def test_a_list_index_is_no_bracket():
    assert parameters({"a": [{"b": 1}, 2]}) == {"a.0.b": "1", "a.1": "2"}


def test_two_keys_that_flatten_to_one_name_stay_two():
    flat = parameters({"a.b": 1, "a": {"b": 2}, "a b": 3, "a[0]": 4, "a(0)": 5})
    assert sorted(flat.values()) == ["1", "2", "3", "4", "5"]


def test_values_as_yaml_spells_them_and_strings_bare():
    values = parameters({"a": None, "b": True, "c": 1e-3, "d": "tanh", "e": [], "f": {}, "g": ["x", 1]})
    assert list(values.values()) == ["null", "true", "0.001", "tanh", "[]", "{}", '["x", 1]']


def test_a_long_value_says_how_long_it_was():
    (value,) = parameters({"path": "x" * 10_000}).values()
    assert len(value) == VALUE_LENGTH
    assert value.endswith("x ... (10000 characters)")
    assert shortened("x" * 50, 50) == "x" * 50


def test_numbers_leave_out_what_is_none():
    found = numbers({"a": {"b": 1, "c": "text", "d": True, "e": None, "f": [1, 2]}, "g": "-Infinity"})
    assert found == {"a/b": 1.0, "g": -math.inf}
