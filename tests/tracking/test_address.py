import os
import socket
import threading

import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking import address


def test_the_default_lies_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert address.resolve(None) == f"sqlite:///{tmp_path}/mlflow.db"


def test_mlflows_variable_is_honoured_and_yields_to_the_config(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host:5000/")
    assert address.resolve(None) == "http://host:5000"
    assert address.resolve(f"sqlite:///{tmp_path}/a.db") == f"sqlite:///{tmp_path}/a.db"


@pytest.mark.parametrize("name", ["runs.db", "two words.db", "50%.db", "why?.db", "#1.db", "ü.db", "a%20b.db"])
def test_any_file_name_survives_the_way_through_an_address(tmp_path, name):
    from sqlalchemy import make_url

    there = address.database_address(tmp_path / name)
    assert address.database_file(there) == tmp_path / name
    assert address.resolve(there) == there
    assert make_url(there).database == str(tmp_path / name)


def test_credentials_leave_the_address_for_mlflows_own_variables(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "somebody")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "else")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ada:p%40@w@host:5000/x/")
    assert address.resolve(None) == "http://host:5000/x"
    named = {name: os.environ[f"MLFLOW_TRACKING_{name}"] for name in ("URI", "USERNAME", "PASSWORD")}
    assert named == {"URI": "http://host:5000/x/", "USERNAME": "ada", "PASSWORD": "p@@w"}
    assert address.resolve("https://bob@[::1]:5000") == "https://[::1]:5000"
    assert os.environ["MLFLOW_TRACKING_USERNAME"] == "bob"
    assert address.resolve(None) == "http://host:5000/x"


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("http://ada:se/cret@host", r"tracking\.uri=http://ada:\*\*\*@host is no address .* written %2F"),
        ("http://", "must name a host"),
        ("http://host:five", "must name a host and its port"),
        ("mlruns", r"tracking\.uri=mlruns is no address of an MLflow store: it must start with one of"),
        ("file:///tmp/mlruns", "it must start with one of"),
        ("http:/host", "it must start with one of"),
        ("sqlite://", "it must name a file"),
        ("sqlite:////no/such/folder/mlflow.db", "/no/such/folder is no folder in which mlflow.db can be made"),
        ("sqlite:////tmp", "no folder in which tmp can be made"),
    ],
)
def test_what_is_no_address_is_one_sentence(uri, says):
    with pytest.raises(BadInput, match=says):
        address.resolve(uri)


def test_a_wrong_variable_is_named(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "./mlruns")
    with pytest.raises(BadInput, match=r"MLFLOW_TRACKING_URI=\./mlruns is no address"):
        address.resolve(None)


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("postgresql://ada:se@cret@db:5432/runs", "postgresql://ada:***@db:5432/runs"),
        ("https://:token@host", "https://:***@host"),
        ("http://host:5000/a:b@c", "http://host:5000/a:b@c"),
        ("sqlite:////tmp/a:b@c.db", "sqlite:////tmp/a:b@c.db"),
    ],
)
def test_no_password_is_shown(whole, shown):
    assert address.shown(whole) == shown


def test_links_to_a_database_point_at_the_pages_of_make_ui():
    link = address.page("sqlite:////tmp/mlflow.db", "1", "4f")
    assert link == "http://127.0.0.1:5000/#/experiments/1/runs/4f?workflowType=machine_learning"


def test_no_link_holds_a_password():
    assert "secret" not in address.page("http://ada:secret@host", "1", "4f") + address.table("http://a:secret@h", "1")


def test_a_closed_port_is_silent():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert address.silence(f"http://127.0.0.1:{port}") == "Connection refused"


def test_a_server_that_hangs_is_silent():
    with socket.create_server(("127.0.0.1", 0)) as hung:  # takes the connection, and says nothing
        assert address.silence(f"http://127.0.0.1:{hung.getsockname()[1]}", seconds=0.2) == "no answer within 0.2 s"


def test_a_server_that_hangs_up_is_silent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        assert address.silence(f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "401 Unauthorized"])
def test_any_answer_is_an_answer(status):
    def answer():
        connection = server.accept()[0]
        with connection:
            connection.recv(10_000)
            connection.sendall(f"HTTP/1.0 {status}\r\n\r\n".encode())

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        assert address.silence(f"http://127.0.0.1:{server.getsockname()[1]}") is None
        thread.join()


def test_unknown_hosts_and_databases():
    assert address.silence("http://no-such-host.invalid")
    assert address.silence("sqlite:////tmp/mlflow.db") is None


def test_leftovers_of_the_file_store_are_found(tmp_path):
    assert address.leftover(tmp_path) is None
    (tmp_path / "mlruns" / "models").mkdir(parents=True)
    (tmp_path / "mlruns" / "models" / "meta.yaml").touch()
    assert address.leftover(tmp_path) is None
    (tmp_path / "mlruns" / "0").mkdir()
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    assert address.leftover(tmp_path) == tmp_path / "mlruns"
