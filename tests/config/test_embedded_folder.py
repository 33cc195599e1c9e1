"""DATA_DIR and the state file in it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded import folder, leftovers, state
from config.embedded.state import Running, State
from config.embedded.trouble import CannotStart
from tests.config.conftest import until, write_state


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_made_closed_to_others(tmp_path: Path) -> None:
    folder.prepare(tmp_path / "a" / "b")
    assert mode(tmp_path / "a" / "b") == 0o700


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder.prepare(tmp_path)
    assert mode(tmp_path) == 0o700


def test_a_folder_with_other_files_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    tmp_path.chmod(0o755)
    with pytest.raises(CannotStart, match="holds other files"):
        folder.prepare(tmp_path)
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("name", ["static", "postgres.new", ".secret-x1y2", ".state-x1y2"])
def test_a_folder_that_was_begun_is_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    folder.prepare(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused_in_one_line(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(CannotStart, match=r"^DATA_DIR .* belongs to .* and this is the user root\. Run it as .*\.$"):
        folder.prepare(tmp_path)


def test_a_file_in_its_place_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(CannotStart, match="cannot be used: File exists"):
        folder.prepare(tmp_path / "data")


def test_only_one_copy_holds_the_folder(tmp_path: Path) -> None:
    with folder.held(tmp_path), pytest.raises(folder.Taken), folder.held(tmp_path):
        pass
    with folder.held(tmp_path):
        pass


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = folder.secret(tmp_path)
    assert folder.secret(tmp_path) == first
    assert len(first) == 64
    assert mode(tmp_path / folder.SECRET_KEY) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [folder.SECRET_KEY]


def test_the_state_is_read_as_it_was_written_and_only_by_its_owner(tmp_path: Path) -> None:
    known = State({"owner": Running.of(os.getpid()), "postgres": Running.of(os.getpid(), "postgresql://x")})
    state.write(tmp_path, known)
    assert state.read(tmp_path) == known
    assert state.read(tmp_path).url("postgres") == "postgresql://x"
    assert mode(tmp_path / state.FILE) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"owner": 1}', '{"owner": {"pid": 1, "other": 2}}', "\\x00"])
def test_a_state_that_is_cut_short_or_strange_is_no_state(tmp_path: Path, text: str) -> None:
    (tmp_path / state.FILE).write_text(text)
    assert state.read(tmp_path) == State()


def test_a_pid_that_is_another_process_now_is_not_trusted(tmp_path: Path) -> None:
    mine = {"pid": os.getpid(), "started": "another boot:1", "url": "postgresql://x"}
    write_state(tmp_path, owner=mine, postgres=mine)
    assert state.read(tmp_path).alive() == {}
    assert state.read(tmp_path).url("postgres") == ""


def test_a_server_whose_owner_is_gone_is_not_used(tmp_path: Path) -> None:
    server = Running.of(os.getpid(), "postgresql://x")
    state.write(tmp_path, State({"owner": Running(os.getpid(), "another boot:1"), "postgres": server}))
    assert state.read(tmp_path).url("postgres") == ""


def test_what_a_killed_copy_left_behind_is_ended(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    state.write(tmp_path, State({"web": Running.of(left.pid)}))
    leftovers.end(tmp_path)
    until(lambda: left.poll() is not None)
    assert state.read(tmp_path) == State()


def test_a_process_that_only_has_the_number_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    state.write(tmp_path, State({"web": Running(other.pid, "another boot:1")}))
    leftovers.end(tmp_path)
    assert other.poll() is None
    other.kill()
    other.wait()
