"""Hydra's sweep syntax as Optuna distributions, and values back as overrides that Hydra reads to the bit."""

import math

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from rnn_lab.sweeping.space import parameter, spell


def parsed(text):
    return parameter(OverridesParser.create().parse_override(text))


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("x=interval(1e-4,1e-1)", FloatDistribution(1e-4, 1e-1)),
        ("x=tag(log,interval(1e-4,1e-1))", FloatDistribution(1e-4, 1e-1, log=True)),
        ("x=int(interval(1,50))", IntDistribution(1, 50)),
        ("x=tag(log,int(interval(8,128)))", IntDistribution(8, 128, log=True)),
        ("x=range(8,65,8)", IntDistribution(8, 64, step=8)),
        ("x=range(8,64,8)", IntDistribution(8, 56, step=8)),  # the end is not part of it, as in Python
        ("x=range(5)", IntDistribution(0, 4)),
        ("x=range(0,1,0.25)", FloatDistribution(0.0, 0.75, step=0.25)),
        ("x=range(0,0.3,0.1)", FloatDistribution(0.0, 0.2, step=0.1)),
        ("x=tag(log,range(1,51))", IntDistribution(1, 50, log=True)),
        ("x=tanh,sigmoid", CategoricalDistribution(["tanh", "sigmoid"])),
        ("x=1,2.5,true,null", CategoricalDistribution([1, 2.5, True, None])),
        ("x=[1,2],[3]", CategoricalDistribution(["[1,2]", "[3]"])),
        ("+x=1,2", CategoricalDistribution([1, 2])),
    ],
)
def test_read(text, distribution):
    assert parsed(text).distribution == distribution


def test_the_plus_sign_belongs_to_the_override_and_not_to_the_name():
    assert parsed("+a.b=1,2").key == "a.b"
    assert parsed("+a.b=1,2").override(1) == "+a.b=1"
    assert parsed("++a.b=1,2").override(2) == "++a.b=2"


@pytest.mark.parametrize("text", ["x=[1,2],[3]", "x='a b',\"it's\"", "x={a: 1},{b: [1,2]}", "x=1,one,1.5,null,true"])
def test_each_choice_is_written_as_the_user_wrote_it(text):
    one = parsed(text)
    parser = OverridesParser.create()
    given = parser.parse_override(text)
    wanted = [parser.parse_override(f"x={element}").value() for element in given.sweep_string_iterator()]
    assert [parser.parse_override(one.override(choice)).value() for choice in one.distribution.choices] == wanted


@given(
    st.one_of(
        st.floats(allow_nan=False),
        st.integers(-(2**62), 2**62),
        st.booleans(),
        st.none(),
        st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\\\x7f"), min_size=1),
    )
)
def test_a_value_that_is_spelled_is_read_back_to_the_bit(value):
    back = OverridesParser.create().parse_override(f"x={spell(value)}").value()
    assert type(back) is type(value)
    assert back == value
    assert not isinstance(value, float) or math.copysign(1, back) == math.copysign(1, value)
