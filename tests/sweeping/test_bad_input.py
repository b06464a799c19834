"""Every wrong description of a sweep is refused in one sentence, before anything is made."""

import socket
from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra._internal.callbacks import Callbacks
from hydra.core.global_hydra import GlobalHydra
from hydra.types import HydraContext, RunMode

import rnn_lab.sweeping as sweeping
from rnn_lab.errors import BadInput
from rnn_lab.sweeping.sweep import Sweep


def sweep(*arguments):
    """Do what Hydra does for ``python toy.py -m hydra/sweeper=rnn_lab ARGUMENTS``, in this process."""
    sweeping.register()
    with initialize_config_dir(str(Path(__file__).parent / "toy" / "conf"), version_base="1.3", job_name="toy"):
        loader = GlobalHydra.instance().config_loader()
        overrides = ["hydra/sweeper=rnn_lab", "hydra.mode=MULTIRUN", *arguments]
        config = loader.load_configuration("config", overrides, RunMode.MULTIRUN)
        context = HydraContext(config_loader=loader, callbacks=Callbacks())
        task = [text for text in arguments if not text.startswith("hydra")]
        return Sweep(context, lambda _: 0.0, config, task).run()


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in ("sweep.lock",)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        # spaces
        (["x=interval(1,-1)"], "x=interval(1,-1): the interval is reversed"),
        (["n=range(9,3)"], "n=range(9,3): the range is reversed"),
        (["n=range(9,3,-1)"], "the range is reversed"),
        (["n=range(3,3)"], "n=range(3,3): the range is empty"),
        (["++hydra.sweeper.params={x: 'choice()'}"], "empty choice is not legal"),
        (["x=tag(log,interval(0,1))"], "x=tag(log,interval(0,1)): a logarithmic scale needs a lowest value above 0"),
        (["x=tag(log,interval(-1,1))"], "above 0"),
        (["n=tag(log,range(0,9))"], "above 0"),
        (["n=tag(log,range(2,9,2))"], "a logarithmic range has steps of 1"),
        (["kind=tag(log,choice(a,b))"], "a list of values has no logarithmic scale"),
        (["x=tag(lgo,interval(1,2))"], "the tag 'lgo' is unknown"),
        (["x=interval(0,inf)"], "both ends must be finite"),
        ([], "There is nothing to search"),
        # comparisons
        (["kind=a,b", "hydra.sweeper.compare=[kid]"], "compare=kid: the config has neither a key nor a group of"),
        (["x=interval(0,1)", "hydra.sweeper.compare=[x]"], "compare=x: x=interval(0,1) searches this key"),
        (
            ["hydra.sweeper.compare=[x]", "++hydra.sweeper.params={x: 'interval(0,1)'}"],
            "compare=x: this key is searched",
        ),
        (["x=interval(0,1)", "hydra.sweeper.compare=[kind]"], "compare=kind needs several values of it, as kind=A,B"),
        (["x=interval(0,1)", "kind=a", "hydra.sweeper.compare=[kind]"], "compare=kind needs several values"),
        (["x=interval(0,1)", "data=sine", "hydra.sweeper.compare=[data]"], "needs several values of it, as data=sine,"),
        (["x=interval(0,1)", "kind=a,b", "hydra.sweeper.compare=[kind,kind]"], "compare=kind is given twice"),
        (["x=interval(0,1)", "seed=1,2", "hydra.sweeper.compare=[seed]"], "and seed has several values itself"),
        (["kind=a,b", "hydra.sweeper.compare=[kind]"], "There is nothing to search"),
        (
            ["x=interval(0,1)", "data=sine,sunspots", "hydra.sweeper.compare=[data]", "hydra.sweeper.group_by=[data]"],
            "compare=data: its values have a study each in any case",
        ),
        (
            ["data=sine,sunspots", "hydra.sweeper.compare=[data]", "hydra.sweeper.space=toy.conditional", "kind=a"],
            "hydra.sweeper.space=toy.conditional",
        ),
        # types and keys
        (["n=interval(1,9)"], "n is an integer (now 3), not a real number; write range(...) or int(interval(...))"),
        (["n=1,2.5"], "n is an integer"),
        (["rate=a,b"], "rate is a number (now 0.001), not a text"),
        (["kind=range(1,3)"], "kind is a text (now 'a'), not an integer"),
        (["flag=1,2"], "flag is true or false, not an integer"),
        (["rat=interval(0,1)"], "the config has no key 'rat' (did you mean 'rate'?)"),
        (["data.windw=range(1,5)"], "the config has no key 'data.windw' (did you mean 'window'?)"),
        (["data=sine,cosine"], "data has no option 'cosine'; "),
        (["++hydra.sweeper.params={xx: 'interval(0,1)'}"], "the config has no key 'xx'"),
        (["++hydra.sweeper.params={x: 'interval(0,${data.none})'}"], "give x=... on the command line"),
        (["++hydra.sweeper.params={x: 'interval(0,'}"], "interval(0,"),
        # options
        (
            ["x=interval(0,1)", "hydra.sweeper.n_trials=0"],
            "hydra.sweeper.n_trials=0: it should be greater than or equal to 1",
        ),
        (["n=range(1,1e300)"], "the range has more than 1,000,000,000 steps"),
        (["data=glob(zz*)"], "the list of values is empty"),
        (["n=range(1,9000)", "epochs=range(1,9000)", "hydra/sweeper/sampler=grid"], "more than 1,000,000 points"),
        (
            ["x=interval(0,1)", "hydra.sweeper.directions=[]"],
            "hydra.sweeper.directions=[]: it should have at least 1 item",
        ),
        (["x=interval(0,1)", "+hydra.sweeper.ntrials=3"], "is no option of this sweeper; did you mean n_trials?"),
        # secrets
        (
            ["x=interval(0,1)", "hydra.sweeper.storage='postgresql://me:s3cret@h/d'"],
            "postgresql://me:***@h/d holds a pass",
        ),
        (["x=interval(0,1)", "hydra.sweeper.storage='mysql://h/d?password=s3cret'"], "mysql://h/d?password=*** holds"),
        (["x=interval(0,1)", "++tracking.uri='http://ada:s3cret@h'"], "MLFLOW_TRACKING_PASSWORD"),
        (
            ["x=interval(0,1)", "hydra.sweeper.storage='postgresql://ada@corp.com:s3cret@h/d'"],
            "postgresql://ada@corp.com:***@h/d holds a pass",
        ),
        (
            ["x=interval(0,1)", "hydra.sweeper.storage='mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3Ds3cret'"],
            "PWD%3D*** holds a pass",
        ),
        (["x=interval(0,1)", "hydra.sweeper.n_jobs=0"], "hydra.sweeper.n_jobs=0"),
        (["x=interval(0,1)", "hydra.sweeper.n_jobs=two"], "hydra.sweeper.n_jobs='two'"),
        (["x=interval(0,1)", "hydra.sweeper.direction=up"], "hydra.sweeper.direction='up'"),
        (["x=interval(0,1)", "hydra.sweeper.group_by=[x]"], "group_by needs a list of values"),
        (["x=interval(0,1)", "hydra.sweeper.group_by=[nokey]"], "the config has no key 'nokey'"),
        (
            ["x=interval(0,1)", "hydra.sweeper.space=nowhere.f", "hydra.sweeper.n_trials=1"],
            "hydra.sweeper.space=nowhere.f",
        ),
        # samplers, pruners, storages, executors
        (["x=interval(0,1)", "hydra.sweeper.sampler=tpee"], "hydra.sweeper.sampler='tpee': it is one of tpe, random"),
        (["x=interval(0,1)", "hydra/sweeper/sampler=grid"], "x=interval(0,1): a grid has no continuous ranges"),
        (["x=interval(0,1)", "hydra.sweeper.sampler._target_=optuna.samplers.NoSampler"], "optuna.samplers.NoSampler"),
        (["x=interval(0,1)", "hydra.sweeper.sampler._target_=optuna.pruners.NopPruner"], "is not a BaseSampler"),
        (["x=interval(0,1)", "+hydra.sweeper.pruner.n_startup_trials=-1"], "n_startup_trials"),
        (
            ["x=interval(0,1)", "hydra.sweeper.storage=sqlite:////nowhere/at/all.db"],
            "cannot be reached: unable to open",
        ),
        (["x=interval(0,1)", "hydra.sweeper.storage=nosql://me@host/db"], "nosql://me@host/db"),
    ],
)
def test_refused(arguments, sentence):
    with pytest.raises(BadInput) as refusal:
        sweep(*arguments)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert ".." not in str(refusal.value).replace("...", "")
    assert "s3cret" not in str(refusal.value)


@pytest.mark.filterwarnings("ignore:BruteForceSampler is experimental")
def test_a_sampler_that_refuses_the_space_is_heard_before_any_trial():
    with pytest.raises(BadInput, match=r"BruteForceSampler cannot search this space: FloatDistribution.step must be"):
        sweep("x=interval(0,1)", "hydra.sweeper.sampler._target_=optuna.samplers.BruteForceSampler")


def test_a_sampler_that_is_not_installed_is_refused_with_the_name_of_its_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for sampler, extra in (("cmaes", "cmaes"), ("gp", "gp")):
        with pytest.raises(BadInput, match=rf"pip install 'rnn-lab\[{extra}\]'"):
            sweep("x=interval(0,1)", f"hydra/sweeper/sampler={sampler}")


def test_a_database_server_that_does_not_answer_is_refused(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        port = taken.getsockname()[1]
        monkeypatch.setenv("STORAGE", f"postgresql://me:secret@127.0.0.1:{port}/db")
        with pytest.raises(BadInput, match=r"postgresql://me:\*\*\*@127.0.0.1") as refusal:
            sweep("x=interval(0,1)", "hydra.sweeper.storage='${oc.env:STORAGE}'")
        assert "secret" not in str(refusal.value)


def test_on_the_command_line_it_is_exit_code_2_and_one_line(toy):
    out, err = toy.sweep("n=interval(1,9)", code=2)
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("Error: n=interval(1,9)")
