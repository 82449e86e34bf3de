"""Files are written whole, exclusively, and only where they may be."""

import errno
import json
import math
import os
import re
import stat

import pytest

from vqinpaint import outputs
from vqinpaint.errors import DiskError, UsageError
from vqinpaint.files import digests
from vqinpaint.outputs import temporaries


def _json(*names):
    return json.dumps({"ours": names}).encode()


def _claim(folder, *names, unmistakable=False):
    index = outputs.Index(
        str(folder),
        "index",
        re.compile("[a-d]"),
        b'{"ours"',
        lambda value: value["ours"],
        unmistakable,
    )
    return outputs.Claim(index, names)


@pytest.fixture
def folder(tmp_path):
    """A folder with an index that lists a and b, and with c, which it does not."""
    for name in "abc":
        (tmp_path / name).write_text(name)
    (tmp_path / "index").write_bytes(_json("a", "b"))
    return tmp_path


def _contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    with pytest.raises(RuntimeError), outputs.new_file(str(tmp_path / "x")) as file:
        file.write(b"half")
        assert not (tmp_path / "x").exists()
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    outputs.write(str(tmp_path / "x"), b"whole")
    assert _contents(tmp_path) == {"x": "whole"}
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder", "fifo"])
def test_what_is_there_stays(tmp_path, kind):
    path, victim = tmp_path / "x", tmp_path / "victim"
    victim.write_text("mine")
    makers = {
        "file": lambda: path.write_text("mine"),
        "link": lambda: path.symlink_to(victim),
        "dangling link": lambda: path.symlink_to(tmp_path / "nowhere"),
        "folder": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
    }
    makers[kind]()
    before = os.lstat(path)
    with pytest.raises(outputs.Taken, match="not a file that vqinpaint wrote"):
        with outputs.new_file(str(path)):
            raise AssertionError("it is found before any work")
    assert os.lstat(path) == before and victim.read_text() == "mine"


def test_a_file_that_appears_meanwhile_stays(tmp_path):
    with pytest.raises(outputs.Taken), outputs.new_file(str(tmp_path / "x")):
        (tmp_path / "x").write_text("mine")
    assert _contents(tmp_path) == {"x": "mine"}


def test_a_file_system_without_links_will_do(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    outputs.write(str(tmp_path / "x"), b"whole")
    with pytest.raises(outputs.Taken), outputs.new_file(str(tmp_path / "y")):
        (tmp_path / "y").write_text("mine")
    assert _contents(tmp_path) == {"x": "whole", "y": "mine"}


def test_links_are_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in ("x", "x.tmp", "log"):
        (tmp_path / name).symlink_to(victim)
    outputs.write(str(tmp_path / "x"), b"ours", replace=True)
    with pytest.raises(OSError):
        outputs.append(str(tmp_path / "log"), b"ours")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "x").is_symlink() and (tmp_path / "x.tmp").is_symlink()


def test_names_as_long_as_the_file_system_takes_them(tmp_path):
    outputs.write(str(tmp_path / ("x" * 255)), b"")
    with pytest.raises(outputs.NameTooLong, match="shorter or simpler name"):
        outputs.write(str(tmp_path / ("x" * 256)), b"")


def test_what_a_killed_process_left_is_swept_and_nothing_else(tmp_path):
    orphan = tmp_path / f"{temporaries.PREFIX}0{temporaries.SUFFIX}"
    orphan.mkdir()
    (orphan / "weights").write_text("half")
    (tmp_path / "cat.tmp").write_text("mine")
    with (
        outputs.new_folder(str(tmp_path)) as folder,
        outputs.new_file(str(tmp_path / "x")) as file,
    ):
        assert not orphan.exists()
        outputs.check_folder(str(tmp_path))
        assert os.path.isdir(folder)
        file.write(b"whole")
    assert _contents(tmp_path) == {"cat.tmp": "mine", "x": "whole"}


def test_a_claim_replaces_what_an_index_lists_and_removes_the_rest_of_it(folder):
    claim = _claim(folder, "a", "d")
    assert "index" in _contents(folder)
    claim.write("a", b"new")
    assert "index" not in _contents(folder)
    claim.write("d", b"new")
    claim.finish(_json("a", "d"))
    assert _contents(folder) == {
        "index": _json("a", "d").decode(),
        "a": "new",
        "c": "c",
        "d": "new",
    }


@pytest.mark.parametrize("name", ["c", "index"])
def test_a_claim_to_what_no_index_lists_is_refused(folder, name):
    if name == "index":
        (folder / "index").write_text("{}")
    with pytest.raises(outputs.Taken, match=name):
        _claim(folder, "c", "d")
    assert _contents(folder)["c"] == "c"


def test_a_broken_claim_can_be_taken_up_again(folder):
    broken = _claim(folder, "a", "d")
    broken.write("d", b"half of them")
    claim = _claim(folder, "d")
    claim.write("d", b"new")
    claim.finish(_json("d"))
    assert _contents(folder) == {
        "index": _json("d").decode(),
        "c": "c",
        "d": "new",
    }


@pytest.mark.parametrize("journal", [False, True])
def test_an_index_is_believed_for_its_own_kind_of_names_alone(folder, journal):
    (folder / "inside").mkdir()
    names = ["../c", str(folder / "c"), "..", "x", "", 3, None]
    (folder / "inside" / "x").write_text("mine")
    if journal:
        digest = digests.of_bytes(b"index")[:16]
        path = folder / "inside" / f"{temporaries.PREFIX}{digest}.json"
        path.write_text(json.dumps({"files": names}))
    else:
        (folder / "inside" / "index").write_bytes(_json(*names))
    _claim(folder / "inside").finish(_json())
    assert _contents(folder / "inside") == {"index": _json().decode(), "x": "mine"}
    assert (folder / "c").exists()


@pytest.mark.parametrize("length", range(9, 20, 3))
def test_an_index_that_was_cut_off_stands_for_all_names_that_are_ours(folder, length):
    (folder / "index").write_bytes(_json("a", "b")[:length])
    (folder / "x").write_text("mine")
    claim = _claim(folder, "a", unmistakable=True)
    claim.write("a", b"new")
    claim.finish(_json("a"))
    assert _contents(folder) == {"index": _json("a").decode(), "a": "new", "x": "mine"}


@pytest.mark.parametrize("length", range(7))
def test_less_of_an_index_than_its_opening_is_somebody_elses(folder, length):
    (folder / "index").write_bytes(_json("a", "b")[:length])
    with pytest.raises(outputs.Taken):
        _claim(folder, "a", unmistakable=True)


@pytest.mark.parametrize("length", range(0, 20, 3))
def test_an_index_that_was_cut_off_gives_no_other_file_away(folder, length):
    (folder / "index").write_bytes(_json("a", "b")[:length])
    with pytest.raises(outputs.Taken):
        _claim(folder, "a")


def test_an_index_that_was_cut_off_may_itself_be_replaced(folder):
    (folder / "index").write_bytes(_json("a", "b")[:-1])
    claim = _claim(folder, "d")
    claim.write("d", b"new")
    claim.finish(_json("d"))
    assert _contents(folder)["a"] == "a" and _contents(folder)["d"] == "new"


@pytest.mark.parametrize("text", ["[]", "3", "mine", "[" * 100_000, '{"other": 1}'])
def test_an_index_of_somebody_else_lists_nothing(folder, text):
    (folder / "index").write_text(text)
    with pytest.raises(outputs.Taken):
        _claim(folder, "d")
    (folder / "index").unlink()
    os.mkfifo(folder / "index")
    with pytest.raises(outputs.Taken):
        _claim(folder, "d")


def test_a_folder_is_tried_without_being_made(tmp_path):
    outputs.check_folder(str(tmp_path / "a" / "b"))
    outputs.check_folder(str(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "path, words",
    [
        ("file", "file is a file, not a folder"),
        ("file/below", "file is a file, not a folder"),
        ("dangling", "is a link to nowhere, which is no folder"),
        ("dangling/below", "is a link to nowhere, which is no folder"),
        ("loop", "is a link to loop, which is no folder"),
        ("n" * 256, "shorter or simpler name"),
        (f"new/{'n' * 256}", "shorter or simpler name"),
        ("long/" * 1000, "shorter or simpler name"),
    ],
)
def test_folders_that_cannot_be(tmp_path, path, words):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match=words):
        outputs.check_folder(str(tmp_path / path))
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_disk_that_refuses_is_told_in_one_line(tmp_path, monkeypatch, number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(temporaries.os, "open", refuse)
    with pytest.raises(DiskError, match=os.strerror(number)):
        outputs.check_folder(str(tmp_path / "new"))


def test_a_file_that_is_not_ours_is_refused_before_any_work(tmp_path):
    path = tmp_path / "metrics.json"
    ours = lambda p: "ours" in open(p).read()  # noqa: E731
    outputs.check_file(str(path), ours)
    path.write_text("ours")
    outputs.check_file(str(path), ours)
    path.write_text("mine")
    with pytest.raises(outputs.Taken):
        outputs.check_file(str(path), ours)
    with pytest.raises(UsageError, match="is a folder"):
        outputs.check_file(str(tmp_path), ours)


def test_files_are_written_where_there_are_no_locks(folder, monkeypatch):
    monkeypatch.setattr(temporaries, "fcntl", None)
    left = folder / f"{temporaries.PREFIX}0{temporaries.SUFFIX}"
    left.write_text("of a killed process")
    outputs.check_folder(str(folder))
    outputs.write(str(folder / "new"), b"whole")
    assert (folder / "new").read_bytes() == b"whole"
    assert left.exists() and len(list(folder.iterdir())) == 6


def test_json_has_null_for_what_is_no_finite_number(tmp_path):
    path = tmp_path / "metrics.json"
    values = {"psnr": math.inf, "each": [1.5, -math.inf, (math.nan, True)], "n": 3}
    outputs.write_json(str(path), values)

    def refuse(text):
        raise AssertionError(f"{text} is no JSON")

    found = json.loads(path.read_text(), parse_constant=refuse)
    assert found == {"psnr": None, "each": [1.5, None, [None, True]], "n": 3}
    assert outputs.as_json({"a": [1]}, indent=None) == b'{"a": [1]}\n'
