"""Run folders from elsewhere: what is readable goes to the user's own store; nothing leaves by a link or a name."""

import json
import os
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput
from rnn_lab.tracking.forget import forget
from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import Journal, read
from rnn_lab.tracking.relay import carry
from rnn_lab.tracking.relay_state import NAME, State
from rnn_lab.tracking.resume import carry_over
from rnn_lab.tracking.store import open_store
from tests.mutations import mutations
from tests.tracking.fake_trainer import FakeTrainer


def lines(folder):
    return (folder / "journal.jsonl").read_text().splitlines()


def rewrite(folder, changed):
    (folder / "journal.jsonl").write_text("\n".join(changed) + "\n")


def uploaded(client, run_id, place=None):
    """Names of all artifacts of a run."""
    found = client.list_artifacts(run_id, place)
    return {file.path for file in found if not file.is_dir}.union(
        *(uploaded(client, run_id, folder.path) for folder in found if folder.is_dir)
    )


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "weights/../../x", "link", "link/x", "loop", "", 3, None, "a\0b"]
)
def test_names_and_links_that_leave_the_folder_are_refused(name, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "link").symlink_to(tmp_path)
    (run / "loop").symlink_to("loop")
    with pytest.raises(BadInput, match="of the run folder"):
        inside(run, name)
    (run / "weights").mkdir()
    (run / "within").symlink_to("weights")
    assert inside(run, "within/a.npz") == run / "within" / "a.npz"
    (tmp_path / "named").symlink_to(run)
    assert inside(tmp_path / "named", "weights/a.npz").name == "a.npz"


@pytest.mark.slow
def test_secrets_that_links_and_names_point_at_stay_here(tmp_path, store):
    private = tmp_path / "id_rsa"
    private.write_text("PRIVATE KEY")
    FakeTrainer.run(tmp_path / "run", run="a" * 32)
    run = tmp_path / "run"
    (run / "summary.json").unlink(missing_ok=True)
    (run / "summary.json").symlink_to(private)
    (run / "train.log").symlink_to(private)
    (run / "figures").mkdir(exist_ok=True)
    (run / "figures" / "loss.png").symlink_to(private)
    facts = [{"fact": "figure", "time": 1.0, "file": name} for name in ("figures/loss.png", str(private), "../id_rsa")]
    *before, end = lines(run)
    rewrite(run, [*before, *map(json.dumps, facts), end])
    state = carry(run, store, trusted=())
    assert (state.state, state.uri) == ("done", store)
    names = uploaded(open_store(store), state.run_id)
    assert "journal.jsonl" in names
    assert not {name for name in names if name.endswith(("summary.json", "train.log", "loss.png", "id_rsa"))}
    assert sum("of the run folder" in line for line in state.missing) == 5
    assert private.read_text() == "PRIVATE KEY"


@pytest.mark.slow
def test_damaged_lines_and_fields_cost_themselves(tmp_path, store):
    """A noisy line, an epoch without metrics, a summary without scores, lost weights: the rest is in MLflow."""
    run = FakeTrainer.run(tmp_path / "run", run="b" * 32)
    changed, gone = lines(run), next((run / "weights").glob("epoch_*.npz"))
    gone.unlink()
    at = next(i for i, line in enumerate(changed) if json.loads(line)["fact"] == "epoch")
    changed[at + 1] = changed[at + 1][: len(changed[at + 1]) // 2] + "\x00noise"
    broken = [
        {"fact": "epoch", "time": 2.0, "epoch": 2},
        {"fact": "summary", "time": 2.0},
        {"fact": "baselines", "time": 1, "train": 3},
    ]
    rewrite(run, [*changed[:-1], *map(json.dumps, broken), changed[-1]])
    state = carry(run, store)
    data = open_store(store).get_run(state.run_id)
    assert data.info.status == "FINISHED"
    assert 0.25 in data.data.metrics.values(), data.data.metrics
    said = "\n".join(state.missing)
    assert f"Line {at + 2} of {run}/journal.jsonl is left out" in said
    assert f"weights/{gone.name} is not in the run folder" in said
    assert "the journal's epoch is left out: KeyError: 'metrics'" in said
    assert "the journal's summary is left out" in said


@pytest.mark.slow
def test_a_journal_full_of_damage_is_carried_as_far_as_it_can_be_read(tmp_path, store):
    """Each fact of a run altered in many ways, among the whole ones: none of them costs more than itself."""
    run = FakeTrainer.run(tmp_path / "run", run="e" * 32)
    start, *between, end = lines(run)
    count = int(os.environ.get("RNN_LAB_MUTATIONS", "200"))
    damaged = list(mutations(("\n".join(between) + "\n").encode(), count))
    whole = {line.encode() for line in between}
    altered = [line for text in damaged for line in text.split(b"\n") if line not in whole and b'"start"' not in line]
    altered = [
        line for line in altered if b'"file"' not in line or b'"figure"' in line
    ]  # a page of many epochs is slow
    assert len(altered) > count / 2
    (run / "journal.jsonl").write_bytes(b"\n".join([start.encode(), *altered, *whole, end.encode(), b""]))
    state = carry(run, store, trusted=())
    found = open_store(store).get_run(state.run_id)
    assert (state.state, found.info.status) == ("done", "FINISHED")
    assert {0, 1, 2, 3} <= {point.step for point in open_store(store).get_metric_history(state.run_id, "rmse/val")}
    assert not any("Traceback" in line or "\n" in line for line in state.missing)


@pytest.fixture
def elsewhere():
    """A server that nobody chose: its address, and the requests that came there."""
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.requestline)
            self.send_response(200)
            self.end_headers()

        def do_POST(self):
            self.do_GET()

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.slow
def test_nothing_is_sent_where_a_server_or_a_store_points(tmp_path, store, elsewhere, monkeypatch):
    """A server that answers with another address, and a store whose artifacts are said to lie on another server."""
    address, asked = elsewhere
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pw")
    run = FakeTrainer.run(tmp_path / "run", run="f" * 32)

    class Pointing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(307)
            self.send_header("Location", f"{address}{self.path}")
            self.end_headers()

        def do_POST(self):
            self.do_GET()

    with ThreadingHTTPServer(("127.0.0.1", 0), Pointing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(Exception, match="307"):
            carry(run, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    client = open_store(store)
    client.create_experiment("bench", artifact_location=f"{address}/api")
    with pytest.raises(BadInput, match=r"keeps its artifacts at .*, another server, where nothing is sent"):
        carry(run, store)
    assert asked == []


@pytest.mark.slow
def test_a_folder_cannot_have_another_ones_run_deleted(tmp_path, store):
    mine = carry(FakeTrainer.run(tmp_path / "mine", run="a" * 32), store)
    with pytest.raises(BadInput, match="is another folder's: it is left"):
        forget(mine.run_id, store, "b" * 32)
    assert open_store(store).get_run(mine.run_id).info.lifecycle_stage == "active"
    forget(mine.run_id, store, "a" * 32)
    assert open_store(store).get_run(mine.run_id).info.lifecycle_stage == "deleted"


@pytest.mark.parametrize(
    "scheme",
    ["http", "https", "postgresql", "postgresql+psycopg", "mysql", "mssql+pyodbc", "HTTP", "Postgresql", "file"],
)
def test_no_server_that_a_folder_names_is_asked_to_delete_its_run(scheme, tmp_path, monkeypatch):
    """Whoever answers there would be shown the password that the user has for another server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PGPASSWORD", "s3cret")
    known = {"http", "https", "postgresql", "postgresql+psycopg", "mysql", "mssql+pyodbc"}
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        uri = f"{scheme}://me@127.0.0.1:{server.getsockname()[1]}/db"
        says = (
            f"say MLFLOW_TRACKING_URI={uri} if that is yours" if scheme in known else "is no address of an MLflow store"
        )
        with pytest.raises(BadInput) as refused:
            forget("a" * 32, uri, "a" * 32)
        assert says in str(refused.value)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "junk.db").write_text("x\n" * 1000)
    with pytest.raises(BadInput, match=r"junk\.db cannot be opened: file is not a database\.$"):
        forget("a" * 32, f"sqlite:///{tmp_path}/junk.db", "a" * 32)
    assert [path.name for path in tmp_path.iterdir()] == ["junk.db"]


@pytest.mark.slow
def test_a_network_of_somebody_elses_module_is_not_made(tmp_path, store, monkeypatch):
    (tmp_path / "evil_of_theirs.py").write_text(
        "from pathlib import Path\nPath(__file__).with_suffix('.fired').touch()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    run = FakeTrainer.run(tmp_path / "run", run="c" * 32)
    model = run / "weights" / "model.json"
    if not model.exists():
        pytest.fail("the stand-in trainer keeps a network")
    recipe = json.loads(model.read_text())
    recipe["model"]["_target_"] = "evil_of_theirs.Cell"
    model.write_text(json.dumps(recipe))
    state = carry(run, store, trusted=())
    assert any("names evil_of_theirs.Cell, which is none of the lab's components" in line for line in state.missing)
    assert not (tmp_path / "evil_of_theirs.fired").exists()
    assert "evil_of_theirs" not in sys.modules


def test_the_relays_word_is_not_written_through_a_link(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "run" / f".{NAME}.{os.getpid()}.part").symlink_to(tmp_path / "mine")
    State(state="created", reason="http://ada:pw@h").save(tmp_path / "run")
    assert (tmp_path / "mine").read_text() == "mine"
    assert State.load(tmp_path / "run").reason == "http://ada:***@h"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"state": "done"}', '{"missing": 3}', '{"missing": [], "new": 1}'])
def test_a_damaged_word_is_none(text, tmp_path):
    (tmp_path / NAME).write_text(text)
    assert State.load(tmp_path) is None


NAMES = [
    "../../mine.py",
    "/tmp/mine.npz",
    "journal.jsonl",
    ".hydra/config.yaml",
    "weights/kept.npz",
    "weights/link_1.npz",
    "weights/gone_1.npz",
]


def test_a_resumed_run_takes_files_of_epochs_and_writes_over_nothing(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "weights").mkdir(parents=True)
    (old / "weights" / "epoch_0001.npz").write_bytes(b"weights")
    (old / "weights" / "kept.npz").write_bytes(b"theirs")
    (tmp_path / "mine.py").write_text("mine")
    (old / "weights" / "link_1.npz").symlink_to(tmp_path / "mine.py")
    with Journal(old) as journal:
        journal.write("epoch", epoch=1, metrics={})
        for name in ("weights/epoch_0001.npz", *NAMES):
            journal.write("weights", epoch=1, file=name)
        journal.write("weights", epoch=2, file="weights/epoch_0002.npz")
        journal.write("epoch", epoch="x")
        journal.write("epoch")
    with Journal(new) as journal:
        journal.write("start")
        with atomic_write(new / "own.txt") as file:
            file.write(b"own")
        lost = carry_over(journal, old, 1)
    assert len(lost) == len(NAMES)
    assert [fact["fact"] for fact in read(new)] == ["start", "epoch", "weights"]
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files.pop("new/weights/epoch_0001.npz") == b"weights"
    assert files["mine.py"] == b"mine"
    assert {name for name in files if name.startswith("new/")} == {"new/journal.jsonl", "new/own.txt"}
