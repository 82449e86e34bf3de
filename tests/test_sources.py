"""Folders, lists and archives of pictures: what is read, told, and refused."""

import io
import os
import pathlib
import tarfile

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.fuzzing.good_pictures import encoded, pixels
from tests.fuzzing.memory import peak, reset_peak
from vqinpaint import Reporter
from vqinpaint.data import checking, records, sources
from vqinpaint.data.decoding import decode
from vqinpaint.errors import DataError
from vqinpaint.options.reading import ReadingOptions

PNG = encoded(Image.fromarray(pixels()), "PNG")


class Listener(Reporter):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def _member(name, size=None, kind=tarfile.REGTYPE):
    member = tarfile.TarInfo(name)
    member.type = kind
    member.size = len(PNG) if size is None else size
    return member


def _archive(path, *members):
    """A tar file; members of other sizes than the picture's have no content."""
    with open(path, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for member in members:
            if member.size == len(PNG):
                tar.addfile(member, io.BytesIO(PNG))
            else:
                file.write(member.tobuf(tarfile.GNU_FORMAT))
    return str(path)


def test_linked_folders_are_read_once(tmp_path):
    for name in ("in", "elsewhere"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.png").write_bytes(PNG)
    os.symlink(tmp_path / "elsewhere", tmp_path / "in" / "linked")
    os.symlink(tmp_path / "elsewhere", tmp_path / "in" / "once more")
    os.symlink(tmp_path / "in", tmp_path / "in" / "round")
    listener = Listener()
    found = sources.from_folder(str(tmp_path / "in"), listener)
    assert [os.path.relpath(item.name, tmp_path) for item in found] == [
        "in/in.png",
        "in/linked/elsewhere.png",
    ]
    (note,) = listener.notes
    assert "2 linked folders" in note and "once more" in note


def test_hidden_files_are_counted(tmp_path):
    for name in ("a.png", "._a.png", ".b.png"):
        (tmp_path / name).write_bytes(PNG)
    listener = Listener()
    found = sources.from_folder(str(tmp_path), listener)
    assert [os.path.basename(item.name) for item in found] == ["a.png"]
    assert "2 hidden files and folders" in listener.notes[0]


def test_special_files_are_named_and_left_out(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    os.symlink("/dev/zero", tmp_path / "zero.png")
    found = sources.from_folder(str(tmp_path))
    reasons = [result.reason for result in checking.checked(found, 2, 8)]
    assert "pipe.png: it is a named pipe" in reasons[0]
    assert "zero.png: it is a device" in reasons[1]
    for name in ("pipe.png", "zero.png"):
        with pytest.raises(DataError, match="regular file"):
            sources.from_path(str(tmp_path / name))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_what_is_in_a_tar_is_read_or_told(tmp_path, mode):
    odd = os.fsdecode(b"caf\xe9/\xff.png")
    names = ["a.png", odd, "._a.png", "sub/.hidden"]
    with tarfile.open(tmp_path / "all.tar", mode) as tar:
        for name in names:
            tar.addfile(_member(name), io.BytesIO(PNG))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            link = _member("link.png", 0, kind)
            link.linkname = "a.png"
            tar.addfile(link)
        tar.addfile(_member("folder", 0, tarfile.DIRTYPE))
    listener = Listener()
    items, count = sources.from_path(str(tmp_path / "all.tar"), listener)
    found = list(items)
    assert count is None and [item.name for item in found] == ["a.png", odd]
    assert all(item.data == PNG for item in found)
    (note,) = listener.notes
    assert "2 hidden files" in note and "3 links and devices" in note
    stored = checking.check(found[1], 8).picture
    assert b"caf\xe9/\xff.png" in records.to_example(stored)


@pytest.mark.parametrize("size", [5_000_000_000, 3_000_000_000_000])
def test_members_larger_than_any_picture_are_not_read(tmp_path, size):
    path = _archive(tmp_path / "a.tar", _member("a.png"), _member("big.png", size))
    before = reset_peak()
    with open(path, "ab") as file:  # the content, which takes no room on disk
        file.truncate(min(size, 6_000_000_000) + 4096)
    items = iter(sources.from_path(path)[0])
    assert next(items).data == PNG
    reason = checking.check(next(items), 8).reason
    assert reason.startswith("big.png: it has ") and "are read" in reason
    assert peak() - before < 100


def test_sparse_members_are_bounded(tmp_path):
    """A file with a hole of 4 GB, in some hundred bytes of a tar."""
    member = _member("sparse.png", 0, tarfile.REGTYPE)
    member.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "sparse.png",
        "GNU.sparse.size": "4000000000",
        "GNU.sparse.map": "3999999999,0",
    }
    path = str(tmp_path / "a.tar")
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member)
    with tarfile.open(path, "a") as tar:
        tar.addfile(_member("a.png"), io.BytesIO(PNG))
    listener = Listener()
    found = list(sources.from_path(path, listener)[0])
    assert [item.name for item in found] == ["a.png"]
    assert "1 file with holes (sparse.png)" in listener.notes[0]


def test_what_follows_the_end_of_an_archive_is_told(tmp_path):
    one, two = (
        _archive(tmp_path / f"{name}.tar", _member(f"{name}.png")) for name in "ab"
    )
    joined = tmp_path / "c.tar"
    joined.write_bytes(pathlib.Path(one).read_bytes() + pathlib.Path(two).read_bytes())
    with pytest.raises(DataError, match="further data after the end"):
        list(sources.from_path(str(joined))[0])
    joined.write_bytes(pathlib.Path(one).read_bytes() + bytes(100_000))
    assert [item.name for item in sources.from_path(str(joined))[0]] == ["a.png"]


def test_members_in_hidden_folders_are_left_out(tmp_path):
    names = ("./a.png", ".git/b.png", "../c.png", "d/.e/f.png")
    path = _archive(tmp_path / "a.tar", *map(_member, names))
    listener = Listener()
    found = [item.name for item in sources.from_path(path, listener)[0]]
    assert found == ["./a.png", "../c.png"]
    assert "2 hidden files" in listener.notes[0]


@pytest.mark.parametrize("size", [20_000_000, 5_000_000_000, 3_000_000_000_000])
@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
@pytest.mark.parametrize("first", [True, False])
def test_headers_of_any_size_are_refused(tmp_path, size, kind, first):
    members = [_member("long", size, kind)] if first else [_member("a.png")]
    members += [] if first else [_member("long", size, kind)]
    path = _archive(tmp_path / "a.tar", *members)
    with open(path, "ab") as file:
        file.truncate(6_000_000_000)
    before = reset_peak()
    with pytest.raises(DataError):
        list(sources.from_path(path)[0])
    assert peak() - before < 100


@pytest.mark.parametrize("cut", [100, 700, 1300])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_cut_or_damaged_archive_is_an_error(tmp_path, mode, cut):
    path = tmp_path / "all.tar"
    noise = np.random.default_rng(0).integers(0, 256, 2000, np.uint8).tobytes()
    with tarfile.open(path, mode) as tar:
        for name in ("a.png", "b.png"):
            tar.addfile(_member(name, len(noise)), io.BytesIO(noise))
    data = bytearray(path.read_bytes())
    data = data[:-cut] if mode != "w" else data[:2000] + data[2000 + cut :]
    path.write_bytes(data)
    with pytest.raises(DataError):
        list(sources.from_path(str(path))[0])


def test_a_header_of_noise_is_not_taken_for_the_end(tmp_path):
    path = _archive(tmp_path / "a.tar", *map(_member, ("a.png", "b.png", "c.png")))
    with open(path, "r+b") as file:
        second = 512 + -(-len(PNG) // 512) * 512
        file.seek(second)
        file.write(b"\x55" * 512)
    with pytest.raises(DataError, match=f"no header at byte {second:,}"):
        list(sources.from_path(path)[0])


def test_lists_of_any_names(tmp_path):
    odd = os.fsdecode(b"caf\xe9.png")
    for name in ("a.png", odd):
        (tmp_path / name).write_bytes(PNG)
    text = b"\xef\xbb\xbf# pictures\r\na.png\r\n\r\ncaf\xe9.png"
    (tmp_path / "all.flist").write_bytes(text)
    items, count = sources.from_path(str(tmp_path / "all.flist"))
    assert count == 2
    assert [item.name for item in items] == [
        str(tmp_path / "a.png"),
        os.path.join(tmp_path, odd),
    ]
    with pytest.raises(DataError, match="is no text; a list of paths"):
        (tmp_path / "b.png").write_bytes(PNG)
        sources.from_path(str(tmp_path / "b.png"))


def test_large_pictures_are_left_out_by_max_pixels(tmp_path):
    item = sources.Item("a", PNG)
    assert checking.check(item, 8, reading=ReadingOptions(1280)).picture
    reason = checking.check(item, 8, reading=ReadingOptions(1279)).reason
    assert "40x32 pixels" in reason


def test_pictures_that_tensorflow_refuses_are_stored_anew():
    """Here without the end marker, which Pillow does without."""
    data = PNG[:-12]
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.io.decode_image(data)
    stored = checking.check(sources.Item("a", data), 8).picture
    np.testing.assert_array_equal(decode(records.to_example(stored)), pixels())
