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
        task = [text for text in arguments if not text.lstrip("+").startswith("hydra")]
        return Sweep(context, lambda _: 0.0, config, task).run()


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.rglob("*"))


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
        (
            ["x=interval(0,1)", "hydra.sweeper.space=os.nope"],
            "hydra.sweeper.space=os.nope is not there: os has no 'nope'",
        ),
        (
            ["x=interval(0,1)", "hydra.sweeper.study_name=/escaped"],
            "hydra.sweeper.study_name='/escaped': it should be a",
        ),
        (["x=interval(0,1)", "hydra.sweeper.study_name=."], "hydra.sweeper.study_name='.': it should be a name"),
        # samplers, pruners, storages, executors
        (["x=interval(0,1)", "hydra.sweeper.sampler=tpee"], "hydra.sweeper.sampler='tpee': it is one of tpe, random"),
        (["x=interval(0,1)", "hydra/sweeper/sampler=grid"], "x=interval(0,1): a grid has no continuous ranges"),
        (["x=interval(0,1)", "hydra.sweeper.sampler._target_=optuna.samplers.NoSampler"], "optuna.samplers.NoSampler"),
        (["x=interval(0,1)", "hydra.sweeper.sampler._target_=optuna.pruners.NopPruner"], "NopPruner is no sampler"),
        (
            ["x=interval(0,1)", "hydra.sweeper.pruner={_target_:optuna.samplers.TPESampler}"],
            "hydra.sweeper.pruner: optuna.samplers.TPESampler is no pruner.",
        ),
        (["x=interval(0,1)", "hydra.sweeper.executor=nope"], "hydra.sweeper.executor='nope': it is one of local, dask"),
        (["x=interval(0,1)", "hydra.sweeper.executor={_target_:os.getcwd}"], "executor: os.getcwd cannot be made: "),
        (
            ["x=interval(0,1)", "hydra.sweeper.executor={_target_:os.Nope}"],
            "executor._target_=os.Nope is not there: os",
        ),
        (
            ["x=interval(0,1)", "hydra.sweeper.executor={_target_:pathlib.Path}"],
            "executor: pathlib.Path is no executor",
        ),
        (["x=interval(0,1)", "+hydra.sweeper.executor.foo=3"], "got an unexpected keyword argument 'foo'"),
        (["x=interval(0,1)", "+hydra.sweeper.pruner.n_startup_trials=-1"], "n_startup_trials"),
        (
            ["x=interval(0,1)", "hydra.sweeper.storage=sqlite:////nowhere/at/all.db"],
            "sqlite:////nowhere/at/all.db cannot be made: there is no folder /nowhere/at",
        ),
        (["x=interval(0,1)", "hydra.sweeper.storage=sqlite:////"], "cannot be reached: unable to open database file"),
        (["x=interval(0,1)", "hydra.sweeper.storage=nosql://me@host/db"], "nosql://me@host/db"),
        (
            ["x=interval(0,1)", "hydra.sweeper.storage=/nowhere/at/x"],
            "storage=/nowhere/at/x cannot be made: there is no",
        ),
        (["x=interval(0,1)", "hydra.sweeper.storage=/"], "hydra.sweeper.storage=/ is no journal of Optuna's: name one"),
    ],
)
@pytest.mark.parametrize("run", ["for real", "dry"])
def test_refused(run, arguments, sentence, capsys):
    with pytest.raises(BadInput) as refusal:
        sweep(*arguments, f"hydra.sweeper.dry_run={run == 'dry'}")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert capsys.readouterr() == ("", "")
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


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("my notes", "is no journal of Optuna's"),
        ("my notes\n", "is no journal of Optuna's"),
        ('{"mine":1}\n{"op', "is no journal of Optuna's"),
        (
            '{"op_code":0,"worker_id":"a","study_name":"s","directions":[1]}\njunk\n{"op',
            "is damaged: line 2 is no record",
        ),
        ('{"op_code":99,"worker_id":"a"}\n{"op', "is damaged: "),
    ],
)
@pytest.mark.parametrize("run", ["for real", "dry"])
def test_a_file_that_is_no_journal_or_a_damaged_one_is_left_as_it_is(run, content, says, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text(content)
    with pytest.raises(BadInput, match=f"notes.txt {says}"):
        sweep("x=interval(0,1)", "hydra.sweeper.storage=notes.txt", f"hydra.sweeper.dry_run={run == 'dry'}")
    assert notes.read_text() == content
    assert list(tmp_path.iterdir()) == [notes]
    notes.unlink()


def test_a_studys_name_does_not_lead_out_of_the_folder_of_sweeps():
    for name in ("../../escaped", "a/../../../escaped"):
        with pytest.raises(BadInput, match=f"^hydra.sweeper.study_name='{name}': it should be a name; hydra.sweep.dir"):
            sweep("x=interval(0,1)", f"hydra.sweeper.study_name={name}")
    sweep("x=interval(0,1)", "hydra.sweeper.study_name=a/b", "hydra.sweeper.dry_run=true")


def test_what_was_made_before_a_late_refusal_is_taken_back(tmp_path):
    """Only the study, once it is open, knows that it is another one's: in a database, or in folders that are taken."""
    taken = tmp_path / "taken" / "0" / ".hydra"
    taken.mkdir(parents=True)
    with pytest.raises(BadInput, match="holds job folders of another sweep"):
        sweep("x=interval(0,1)", "hydra.sweep.dir=taken")
    with pytest.raises(BadInput, match="holds job folders of another sweep"):
        sweep("x=interval(0,1)", "hydra.sweep.dir=taken", "hydra.sweeper.storage=new.journal")
    assert set(tmp_path.rglob("*")) == {taken, *list(taken.parents)[:2]}
    for folder in (taken, *list(taken.parents)[:2]):
        folder.rmdir()


def test_on_the_command_line_it_is_exit_code_2_and_one_line(toy):
    out, err = toy.sweep("n=interval(1,9)", code=2)
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("Error: n=interval(1,9)")
