"""Mistakes that a user can make: one sentence names the key, the value and what is allowed."""

import pytest
from hydra.errors import HydraException

from rnn_lab import lab
from rnn_lab.cli.sentences import sentence

STREAM = ["data=stream", "data.series.length=500"]
REFUSED = [
    (["model.hidden_dim=0"], "model.hidden_dim=0 is not allowed: it should be greater than or equal to 1"),
    (["model.hidden_dim=abc"], "model.hidden_dim='abc' is not allowed: it should be a valid integer"),
    (["model.hidden_dim=3.5"], "model.hidden_dim=3.5 is not allowed: it should be a valid integer"),
    (["model.activation=softplus"], "it should be sigmoid, tanh, relu, identity, or a component"),
    (["model.gain=-1"], "model.gain=-1 is not allowed: it should be greater than or equal to 0"),
    (["+model.depth=2"], "model.depth is no known argument"),
    (["optimizer.learning_rate=-1"], "optimizer.learning_rate=-1 is not allowed: it should be greater than 0"),
    (["optimizer.learning_rate=inf"], "optimizer.learning_rate=inf is not allowed: it should be a finite number"),
    (["optimizer.schedule.final=2"], "optimizer.schedule.final=2 is not allowed: it should be less than or equal to 1"),
    (["optimizer=nesterov", "optimizer.momentum=0"], "optimizer.nesterov=true needs optimizer.momentum above 0"),
    (["optimizer=lbfgs"], "set trainer.batch_size=null"),
    (
        ["optimizer=lbfgs", "trainer=full_batch", "trainer.clip_norm=1"],
        "needs trainer.clip_value and trainer.clip_norm null",
    ),
    (["trainer.bptt_truncate=0"], "trainer.bptt_truncate=0 is not allowed: it should be greater than or equal to 1"),
    (["trainer.epochs=-1"], "trainer.epochs=-1 is not allowed"),
    (["trainer.epochs=1e2"], "trainer.epochs=100.0 is not allowed: it should be a valid integer"),
    (["trainer.batch_size=101"], "trainer.batch_size=101 is more than the 100 training records"),
    (["trainer.shuffle=3"], "trainer.shuffle=3 is not allowed"),
    (["trainer.resume=/nowhere"], "there is no checkpoint"),
    (["data.window=200"], "data.window=200"),
    (["data.horizon=0"], "data.horizon=0 is not allowed"),
    (["data.train=120"], "data.train"),
    (["data.series.length=-5"], "data.series.length=-5 is not allowed"),
    (["data.scaling=log"], "data.scaling='log' is not allowed: it should be 'none', 'standard' or 'minmax'"),
    (["data.series.amplitude=0", "data.scaling=standard"], "constant"),
    (["data=csv"], "data.path must be given"),
    (["data=csv", "data.path=/nowhere.csv"], "data.path=/nowhere.csv cannot be read"),
    (["seed=-1"], "seed=-1 is not allowed: it should be greater than or equal to 0"),
    (["replicas=0"], "replicas=0 is not allowed: it should be greater than or equal to 1"),
    (["replicas=two"], "replicas='two' is not allowed"),
    (["objective=[]"], "objective=[] is not allowed"),
    (["objective=[val/rmse,val/rmse]"], "objective=val/rmse is given twice"),
    (["~optimizer"], "optimizer cannot be left out"),
    (["seed=5000000000"], "seed=5000000000 is not allowed: it should be less than or equal to 2147483648"),
    (["model.hidden_dim=1000000"], "GB of memory, and "),
    (["tracking.enabled=true", "tracking.uri=sqlite:////nowhere/x.db"], "/nowhere"),
    (["figures=null"], "figures=None is not allowed: it should be a component, which has a _target_"),
    (["observers=[units]", "observers.units=null"], "observers.units=None is not allowed: it should be a component"),
    (["+colour=blue"], "colour is no known key"),
    (["evaluation.free_run.starts=0"], "evaluation.free_run.starts=0 is not allowed: it should be greater than"),
    (
        ["evaluation.free_run.steps=0"],
        "evaluation.free_run.steps=0 is not allowed: it must be 'auto' or a whole number",
    ),
    (["evaluation.free_run.steps=51"], "there are 50 validation targets to compare with"),
    (
        ["evaluation.free_run.threshold=0"],
        "evaluation.free_run.threshold=0 is not allowed: it should be greater than 0",
    ),
    (["+evaluation.free_run.seed=1"], "evaluation.free_run.seed is no known argument"),
    (["evaluation.free_run=20"], "evaluation.free_run=20 is not allowed"),
    (["tracking.weights_every=0"], "tracking.weights_every=0 is not allowed"),
    (["model.layers=0"], "model.layers=0 is not allowed: it should be greater than or equal to 1"),
    (["model.input_skip=maybe"], "model.input_skip='maybe' is not allowed: it should be a valid boolean"),
    (["model.initial_state=random"], "model.initial_state='random' is not allowed: it should be 'zero' or 'learned'"),
    (["model=lstm", "model.bias=false"], "model.forget_bias=1 needs model.bias=true"),
    (["trainer.bptt_stride=0"], "trainer.bptt_stride=0 is not allowed: it should be greater than or equal to 1"),
    (
        ["trainer.bptt_truncate=3", "trainer.bptt_stride=4"],
        "trainer.bptt_stride=4 is more than trainer.bptt_truncate=3",
    ),
    (["trainer.scheduled_sampling=1.5"], "trainer.scheduled_sampling=1.5 is not allowed: it should be less than or"),
    (["trainer.scheduled_sampling=0.5"], "trainer.scheduled_sampling=0.5 needs a series of numbers whose target"),
    (["trainer.loss=mse"], "trainer.loss='mse' is not allowed: it should be half_mean_squared_error"),
    (["trainer.loss=cross_entropy"], "trainer.loss=cross_entropy does not fit the data, whose targets are numbers"),
    (["data.each_step=3"], "data.each_step=3 is not allowed: it should be a valid boolean"),
    (
        ["data=adding", "data.task.length=1"],
        "data.task.length=1 is not allowed: it should be greater than or equal to 2",
    ),
    (["data=adding", "data.train=0"], "data.train=0 is not allowed: it should be greater than 0"),
    (["data=adding", "trainer.batch_size=2001"], "trainer.batch_size=2001 is more than the 2000 training records"),
    (
        ["data=adding", "optimizer=lbfgs", "trainer=full_batch"],
        "the optimizer LBFGS goes down one loss: it needs data.fresh",
    ),
    (["data=adding", "trainer.scheduled_sampling=1"], "trainer.scheduled_sampling=1 needs a series of numbers"),
    (
        ["data=copying", "objective=val/rmse"],
        "objective=val/rmse is not allowed: it should be one of seconds, train/loss",
    ),
    (["data=copying", "trainer.loss=half_mean_squared_error"], "whose targets are classes: use cross_entropy"),
    (["data=embedded_reber", "data.task.length=2"], "data.task.length=2 must be at least 9"),
    (["data=temporal_order_6a", "data.task.length=5"], "data.task.length=5 is not allowed"),
    (["data=delayed_recall", "data.task.delay=50", "data.task.length=50"], "must exceed data.task.delay=50"),
    (["data=text", "objective=val/rmse"], "objective=val/rmse is not allowed"),
    (["data=text", "data.test=0", "objective=test/bits"], "objective=test/bits is not allowed"),
    (["data=text", "trainer.loss=half_mean_squared_error"], "whose targets are classes: use cross_entropy"),
    (["data=text", "trainer.scheduled_sampling=0.1"], "trainer.scheduled_sampling=0.1 needs a series of numbers"),
    (["data=text", "data.path=/nowhere.txt"], "data.path=/nowhere.txt cannot be read: No such file or directory"),
    (
        ["data=text", "data.train=5", "data.validation=2", "data.test=0"],
        "trainer.batch_size=10 lanes are more than the 4",
    ),
    ([*STREAM, "optimizer=lbfgs"], "the optimizer LBFGS goes down one loss, and a stream has another one"),
    ([*STREAM, "model.encoding=positional"], "model.encoding=positional has weights for each step of a window"),
    ([*STREAM, "trainer.batch_size=1000"], "trainer.batch_size=1000 lanes are more than the 394 training steps"),
    (
        [*STREAM, "trainer.scheduled_sampling=0.5"],
        "trainer.scheduled_sampling=0.5 needs a series of numbers",
    ),  # horizon
    ([*STREAM, "data.horizon=60"], "data.validation holds 50 rows; it needs at least 61"),
    ([*STREAM, "data.train=7", "trainer.batch_size=1"], "data.train holds 1 steps, too few for an autoregression"),
    (
        ["data=text", "data.train=3", "data.validation=2", "data.test=0", "trainer.batch_size=1"],
        "data.train holds 3 characters, too few for a trigram",
    ),
    ([*STREAM, "objective=val/success"], "objective=val/success is not allowed"),
]


@pytest.mark.parametrize(("overrides", "says"), REFUSED, ids=[" ".join(overrides) for overrides, _ in REFUSED])
def test_a_bad_value_is_refused_in_one_sentence_before_anything_is_written(overrides, says, composed, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the sentence below is the point
        lab.run(composed(*overrides), folder)
    said = sentence(caught.value)
    assert said is not None
    assert says in said
    assert "\n" not in said
    assert not folder.exists()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("x,y\n1,2\n3,four\n5,6\n", ("row", "y", "four")),
        ("x,y\n1,2\n3,\n5,6\n", ("row", "y")),
        ("x,y\n1,2\n3\n5,6\n", ("row",)),
    ],
    ids=["words", "missing", "short"],
)
def test_a_bad_cell_is_named_by_row_and_column(rows, says, composed, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(rows)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        lab.run(composed("data=csv", f"data.path={path}", "data.window=1"), tmp_path / "run")
    said = sentence(caught.value)
    assert said is not None
    assert all(word in said for word in says), said


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["data=stream", "data.each_step=true"], "Could not override 'data.each_step'"),  # a stream always has them
        (["data=adding", "data.each_step=true"], "Could not override 'data.each_step'"),  # a task knows by itself
        (["data=text", "data.window=3"], "Could not override 'data.window'"),
        (["data=text", "data.horizon=2"], "Could not override 'data.horizon'"),
    ],
    ids=str,
)
def test_what_a_kind_of_data_has_not_is_no_key_of_it(overrides, says, composed):
    with pytest.raises(HydraException) as caught:
        composed(*overrides)
    assert says in sentence(caught.value)


def test_a_bug_is_no_bad_input():
    assert sentence(ZeroDivisionError("a bug")) is None
