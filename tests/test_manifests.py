"""A manifest of a foreign data set is checked before it is believed."""

import io
import json

import numpy as np
import pytest

from tests import small_data
from vqinpaint.data import records
from vqinpaint.errors import DataError
from vqinpaint.files import digests


def _open(folder, change=lambda manifest: None, offsets=None):
    """Opens a small data set whose manifest was changed; `offsets` are its new file."""
    small_data.write(folder)
    manifest = json.loads((folder / "train.json").read_text())
    if offsets is not None:
        (folder / "train-offsets.npy").write_bytes(offsets)
        manifest["offsets"]["sha256"] = digests.of_bytes(offsets)
    change(manifest)
    (folder / "train.json").write_text(json.dumps(manifest))
    return records.open_split(str(folder), "train")


def _set(*path, value):
    def change(manifest):
        holder = manifest
        for key in path[:-1]:
            holder = holder[key]
        if value is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("shards",), None, "has no 'shards'"),
        (("shards",), {}, "'shards' of the manifest is a dict"),
        (("shards", 0), [], "shard 0 is no object"),
        (("shards", 1, "name"), None, "shard 1 has no 'name'"),
        (("shards", 1, "name"), "../x", "is no name of a file"),
        (("shards", 1, "name"), "/dev/zero", "is no name of a file"),
        (("shards", 1, "name"), "a" * 300, "is no name of a file"),
        (("shards", 1, "name"), "\x1b[31m", "is no name of a file"),
        (("shards", 1, "name"), "..", "is no name of a file"),
        (("shards", 1, "name"), 7, "is a int"),
        (("shards", 1, "bytes"), 1.5, "is a float"),
        (("shards", 1, "records"), True, "is a bool"),
        (("shards", 1, "records"), -1, "out of range"),
        (("records",), 10**30, "out of range"),
        (("offsets", "sha256"), "0" * 63, "64 hexadecimal digits"),
        (("offsets",), "train-offsets.npy", "is a str"),
    ],
)
def test_entries_are_checked(tmp_path, path, value, words):
    with pytest.raises(DataError, match=words) as caught:
        _open(tmp_path, _set(*path, value=value))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text", ["null", "[]", "7", "{", "[" * 100_000, '"\\ud800"', "\xff" * 5000, ""]
)
def test_a_manifest_of_something_else_is_one_short_line(tmp_path, text):
    (tmp_path / "train.json").write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match="is not a manifest of this project") as caught:
        records.open_split(str(tmp_path), "train")
    assert len(str(caught.value)) < 500


def _offsets(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


STARTS = np.zeros(10, np.int64)


@pytest.mark.parametrize(
    "offsets",
    [
        b"",
        b"\x93NUMPY",
        _offsets(STARTS)[:-8],
        _offsets(STARTS.astype(np.float64)),
        _offsets(STARTS.reshape(2, 5)),
        _offsets(STARTS + 10**15),
        _offsets(STARTS - 1),
        _offsets(STARTS).replace(b"(10,)", b"(1" + b"0" * 12 + b",)"),
        _offsets(STARTS).replace(b"<i8", b"|O "),
    ],
)
def test_offsets_are_checked(tmp_path, offsets):
    with pytest.raises(DataError, match="train-offsets.npy"):
        _open(tmp_path, offsets=offsets)


def test_more_records_than_the_disk_holds_take_no_memory(tmp_path):
    def change(manifest):
        manifest["records"] += 10**12
        manifest["shards"][0]["records"] += 10**12

    with pytest.raises(DataError, match="too short for 1000000000010 records"):
        _open(tmp_path, change)


def test_a_good_one_is_read(tmp_path):
    assert len(_open(tmp_path)) == 10
