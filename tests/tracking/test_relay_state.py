import threading

from rnn_lab.tracking.relay_state import State
from tests.full_disk import full_disk


def test_what_is_saved_is_loaded(tmp_path):
    said = State(state="done", uri="http://h", run_id="4f", link="http://h/#", missing=("one", "two"))
    assert State.load(tmp_path) is None
    said.save(tmp_path)
    assert State.load(tmp_path) == said
    assert [file.name for file in tmp_path.iterdir()] == ["mlflow.json"]


def test_a_folder_that_cannot_be_written_goes_without(tmp_path):
    (tmp_path / "file").touch()
    State(state="done").save(tmp_path / "file")
    State(state="done").save(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_full_disk_keeps_the_last_word_and_gets_no_litter(tmp_path):
    State(state="created", run_id="4f").save(tmp_path)
    with full_disk(10):
        State(state="done", run_id="4f").save(tmp_path)
    assert State.load(tmp_path).state == "created"
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.json"]


def test_a_reader_never_sees_half_a_file(tmp_path):
    said = [State(state="created", reason="x" * size) for size in (0, 100_000)]
    said[0].save(tmp_path)
    done = threading.Event()

    def write():
        for turn in range(300):
            said[turn % 2].save(tmp_path)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert State.load(tmp_path) in said
    writer.join()
