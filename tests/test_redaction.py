"""Passwords do not get through, whatever they are made of; what holds none stays as it is."""

import logging
import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_lab.redaction import Redacting, has_password, redact, redact_all, said


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("http://ada:pw@127.0.0.1:5000", "http://ada:***@127.0.0.1:5000"),
        ("tracking.uri='http://ada:p@w@h/x'", "tracking.uri='http://ada:***@h/x'"),
        ("http://ada:p/w@h", "http://ada:***@h"),
        ("http://:pw@h", "http://:***@h"),
        ("https://ada:it's@h", "https://ada:***@h"),
        ("postgresql+psycopg://me:a%40b@/db?host=/run", "postgresql+psycopg://me:***@/db?host=/run"),
        ("postgresql:///db?user=me&password=pw", "postgresql:///db?user=me&password=***"),
        ("http://h/x?token=abc&y=1", "http://h/x?token=***&y=1"),
        ("host=h user=me password='a b' dbname=d", "host=h user=me password=*** dbname=d"),
        ('{"uri": "http://a:b@h", "to": "c@d"}', '{"uri": "http://a:***@h", "to": "c@d"}'),
        ("http://ada@corp.com:pw@127.0.0.1:1", "http://ada@corp.com:***@127.0.0.1:1"),
        ("postgresql://ada@corp.com:p@w@h:1/db", "postgresql://ada@corp.com:***@h:1/db"),
        ("postgresql://me:12/pw@h:1/db", "postgresql://me:***@h:1/db"),
        ("postgresql://me:12/pw@h", "postgresql://me:***@h"),
        ("postgresql://me:12 pw@h:1/db", "postgresql://me:***@h:1/db"),
        ("http://ada:12/pw@h:5000", "http://ada:***@h:5000"),
        ("postgresql://me:a pw@h", "postgresql://me:***@h"),
        ('postgresql://me:a"pw@h:1/db', "postgresql://me:***@h:1/db"),
        ('postgresql://me:a@b",p w@h/db', "postgresql://me:***@h/db"),
        ("postgresql://me:a://pw@h", "postgresql://me:***@h"),
        ("http://a:pw@h and http://c:pw@e/x: ask me@x", "http://a:***@h and http://c:***@e/x: ask me@x"),
        ("http://${oc.env:U}:pw@h", "http://${oc.env:U}:***@h"),
        ("tcp://ada:pw@[::1]:1", "tcp://ada:***@[::1]:1"),
        ("?odbc_connect=UID%3Dme%3BPWD%3Dpw", "?odbc_connect=UID%3Dme%3BPWD%3D***"),
        ("?odbc_connect=PWD%3Dp%3Bw%3BUID%3Dme&a=1", "?odbc_connect=PWD%3D***%3BUID%3Dme&a=1"),
        ("UID=me;PWD=a pw;Server=h", "UID=me;PWD=***;Server=h"),
        ("UID=me;PWD={a;b pw};Server=h", "UID=me;PWD=***;Server=h"),
        ("password = pw", "password = ***"),
        ("{'password': 'p w', 'a': 1}", "{'password': ***, 'a': 1}"),
        ('{"password":"pw","a":"b"}', '{"password":***,"a":"b"}'),
        ('password="p\'w" a=1', "password=*** a=1"),
        (
            "http://h/x?access_key=pw&sig=pw&pass=pw&passphrase=pw",
            "http://h/x?access_key=***&sig=***&pass=***&passphrase=***",
        ),
        ("postgresql://h/db?password=a pw", "postgresql://h/db?password=***"),
        ("tracking.uri=http://h?token=a pw&b=1", "tracking.uri=http://h?token=***&b=1"),
        ("train 'tracking.uri=http://h?token=a pw' seed=1", "train 'tracking.uri=http://h?token=***' seed=1"),
        ("storage='postgresql://h/db?password=a pw it'", "storage='postgresql://h/db?password=***'"),
        ("{'uri': 'sqlite:///a.db?password=a pw', 'b': 1}", "{'uri': 'sqlite:///a.db?password=***', 'b': 1}"),
        (
            "postgresql://h/db?password=*** is down, ask me?token=pw",
            "postgresql://h/db?password=*** is down, ask me?token=***",
        ),
        ("password=a,pw", "password=***"),
        ("password=a&pw", "password=***"),
        ("password=a'pw", "password=***"),
        ("f(password=a)pw, b=3)", "f(password=***, b=3)"),
    ],
)
def test_passwords_are_masked_and_masking_twice_changes_nothing(text, left):
    assert redact(text) == left
    assert redact(left) == left
    assert has_password(text)
    assert not has_password(left)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:5000/#/experiments/1/runs/4f?workflowType=machine_learning&viewStateShareKey=rnn-lab",
        "sqlite:////home/ada/mlflow.db",
        "http://host:5000/a:b@c",
        "http://ada@host:5000",
        "data=sine trainer.epochs=3 me@home.org",
        "hydra.sweeper.storage=postgresql:///db?password=${oc.env:PW}",
        "model.tokens=3",
        "http://host:5000/path@x",
        "http://host:5000: ask me@home.org.",
        '["http://host:5000", "me@home.org"]',
        "http://[::1]:5000 and me@home.org",
        "http://host/path:x@y",
        "postgresql://ada@corp.com:5432/db",
        "postgresql://ada@corp.com@host:5432/db?sslmode=require",
        "http://${oc.env:U}:${oc.env:PW}@host",
        "wrong user or password: say MLFLOW_TRACKING_PASSWORD",
        "if password == given:",
        "http://h/x?passes=3&compass=2",
    ],
)
def test_what_holds_no_password_stays(text):
    assert redact(text) == text


SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters='"', exclude_categories="ZC"))


@given(
    password=SECRET, user=st.sampled_from(["ada", ""]), scheme=st.sampled_from(["http", "https", "postgresql+psycopg"])
)
def test_no_password_of_an_address_gets_through(password, user, scheme):
    assume(not re.match(r"\d{1,5}/", password))  # a port, and a path
    text = f"cannot reach {scheme}://{user}:{password}@127.0.0.1:1/q: refused"
    assert redact(text) == f"cannot reach {scheme}://{user}:***@127.0.0.1:1/q: refused"


@pytest.mark.parametrize(
    "text",
    [
        "://a:" * 20_000 + "\n@",
        "://a:b " * 20_000 + "@",
        "password='" * 20_000,
        "'a://x?token=" * 20_000,
        "password=" + ")" * 100_000,
        "a" * 100_000,
    ],
)
def test_long_texts_take_no_long_time(text):
    begun = time.process_time()
    redact(f"://{text}")
    assert time.process_time() - begun < 10


def test_nested_values_and_logs_are_redacted():
    assert redact_all({"a": [("http://u:p@h", 1.5)], "http://u:p@h": None}) == {
        "a": [["http://u:***@h", 1.5]], "http://u:***@h": None
    }  # fmt: skip
    try:
        raise OSError("no way to http://u:p@h")
    except OSError as error:
        record = logging.LogRecord("x", 1, "f", 1, "%s", (error,), (OSError, error, error.__traceback__))
    assert "u:p@" not in Redacting().format(record)
    assert "u:***@h" in Redacting().format(record)


def test_what_is_said_cannot_steer_a_terminal():
    assert said("a\x1b]0;http://u:p@h\x07\nb\u202e") == "a?]0;http://u:***@h?\nb?"
