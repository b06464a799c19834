import pytest

from rnn_lab.cli.arguments import refuse_no_option, with_compared
from rnn_lab.errors import BadInput


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (
            ["search=default", "compare=model.activation"],
            ["search=default", "hydra.sweeper.compare=[model.activation]"],
        ),
        (
            ["compare=[model, data.window]", "+search=mine"],
            ["hydra.sweeper.compare=[model,data.window]", "+search=mine"],
        ),
        (["-m", "hydra/sweeper=rnn_lab", "compare=a"], ["-m", "hydra/sweeper=rnn_lab", "hydra.sweeper.compare=[a]"]),
        (["data=sine"], ["data=sine"]),
    ],
)
def test_compare_is_the_sweepers_option(arguments, given):
    assert with_compared(arguments) == given


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["compare=model"], "compare=model compares what searches find, and none is asked for: add search=default"),
        (["compare=model", "search=null"], "none is asked for"),
        (["search=default", "compare="], "compare=: it should name keys or groups"),
        (["search=default", "compare=model,"], "it should name keys or groups"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, sentence):
    with pytest.raises(BadInput, match=f"^{sentence}|{sentence}"):
        with_compared(arguments)


@pytest.mark.parametrize(
    "argument", ["rule=null", "model=3", "+observers=true", "optimizer/schedule=0.5", "search=null"]
)
def test_a_group_takes_the_name_of_an_option(argument):
    group = argument.lstrip("+").partition("=")[0]
    with pytest.raises(BadInput, match=rf"{group}=.* is not allowed: it should name an option of {group}: \w+"):
        refuse_no_option(["seed=1", argument])


def test_names_lists_and_sweeps_of_options_are_let_through():
    refuse_no_option(
        ["rule=rtrl", "observers=[units,memory]", "model=elman,gru", "~search", "--help", "objective=null"]
    )
