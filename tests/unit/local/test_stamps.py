"""Work is skipped only while nothing it rests on has changed."""

from casework.local import stamps
from casework.local.state import State


def test_work_is_current_until_a_file_it_rests_on_changes(tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001.py").write_text("one")
    stamps.set_stamp(tmp_path, "migrate", stamps.fingerprint([folder]))
    assert stamps.is_current(tmp_path, "migrate", stamps.fingerprint([folder]))

    (folder / "0002.py").write_text("two")

    assert not stamps.is_current(tmp_path, "migrate", stamps.fingerprint([folder]))


def test_a_moved_word_between_two_files_is_a_change(tmp_path):
    (tmp_path / "a").write_text("xy")
    (tmp_path / "b").write_text("z")
    before = stamps.fingerprint([tmp_path])

    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("yz")

    assert stamps.fingerprint([tmp_path]) != before


def test_a_new_database_forgets_what_was_done_to_the_old_one(tmp_path):
    state = State("demo", tmp_path)
    stamps.set_stamp(state.folder, "migrate", "x")

    stamps.forget(state)

    assert not stamps.is_current(state.folder, "migrate", "x")
