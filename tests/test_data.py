"""TFRecords on disk, whole and damaged."""

import dataclasses
import json
import os

import numpy as np
import pytest
import tensorflow as tf

from tests import small_data
from tests.killing import killed_at
from vqinpaint.data import decoding, records, writing
from vqinpaint.data.writing import SplitWriter
from vqinpaint.errors import DataError, UsageError
from vqinpaint.files import digests
from vqinpaint.outputs import Taken


@pytest.fixture
def folder(tmp_path):
    return small_data.write(tmp_path)


def test_every_record_is_found_at_its_offset(folder):
    split = records.open_split(folder, "train")
    found = [decoding.record_reader(split)(i).numpy() for i in range(len(split))]
    order = [i for shard in range(3) for i in range(shard, 10, 3)]
    assert found == [records.to_example(small_data.picture_of(i)[0]) for i in order]


def test_shards_are_plain_tfrecords(folder):
    split = records.open_split(folder, "train")
    examples = [
        tf.io.parse_single_example(r, records.FEATURES)
        for r in tf.data.TFRecordDataset(split.paths)
    ]
    assert len(examples) == 10
    assert {e["image/filename"].numpy() for e in examples} == {
        f"{i}.png".encode() for i in range(10)
    }


@pytest.mark.parametrize(
    "damage, words",
    [
        (lambda f: os.remove(f"{f}/train-00001-of-00003.tfrecord"), "is missing"),
        (lambda f: _flip(f"{f}/train-00001-of-00003.tfrecord"), "sha256"),
        (lambda f: _cut(f"{f}/train-00001-of-00003.tfrecord"), "bytes"),
        (lambda f: _flip(f"{f}/train-offsets.npy"), "sha256"),
        (lambda f: os.remove(f"{f}/train.json"), "no manifest"),
        (lambda f: _cut(f"{f}/train.json"), "not a manifest"),
        (
            lambda f: os.replace(
                f"{f}/train-00000-of-00003.tfrecord",
                f"{f}/train-00001-of-00003.tfrecord",
            ),
            "train-0000",
        ),
    ],
)
def test_damage_is_named(folder, damage, words):
    damage(folder)
    with pytest.raises(DataError, match=words):
        records.open_split(folder, "train")


def test_no_damaged_byte_and_no_cut_goes_unnoticed(folder):
    """Any bit, any length, the boundaries of records and headers among them."""
    name = f"{folder}/train-00001-of-00003.tfrecord"
    with open(name, "rb") as file:
        whole = file.read()
    split = records.open_split(folder, "train")
    generator = np.random.default_rng(0)
    starts = split.offset[split.shard == 1]
    cuts = {
        0,
        *starts,
        *(starts + 5),
        *(starts + 12),
        *range(len(whole) - 11, len(whole)),
    }
    cuts |= set(generator.integers(0, len(whole), 100))
    damaged = [whole[:cut] for cut in cuts] + [whole + b"x" * n for n in (1, 11)]
    for position, bit in zip(*(generator.integers(0, n, 200) for n in (len(whole), 8))):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << bit
        damaged.append(bytes(flipped))
    for content in damaged:
        with open(name, "wb") as file:
            file.write(content)
        with pytest.raises(DataError, match="train-00001-of-00003"):
            records.open_split(folder, "train")


def _flip(path):
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 4]))


def _cut(path):
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)


def test_an_interrupted_writer_leaves_the_old_data(folder):
    with pytest.raises(KeyboardInterrupt):
        with SplitWriter(folder, "train", 1) as writer:
            writer.write(small_data.picture_of(0)[0])
            raise KeyboardInterrupt
    assert len(records.open_split(folder, "train")) == 10
    assert not [name for name in os.listdir(folder) if "tmp" in name]


def test_the_manifest_holds_what_the_writer_is_told(tmp_path):
    entries = {"source": "somewhere", "short_side": 48}
    with SplitWriter(str(tmp_path), "train", 2, entries) as writer:
        writer.write(small_data.picture_of(0)[0])
        writer.skip("a.png: broken")
        writer.skip("b.png: too small")
    manifest = records.open_split(str(tmp_path), "train").manifest
    assert manifest["skipped"] == ["a.png: broken", "b.png: too small"]
    assert {name: manifest[name] for name in entries} == entries
    assert writer.written == manifest["records"] == 1
    assert "skipped" not in entries


def test_a_split_without_pictures_is_refused_and_the_old_one_stays(folder):
    with pytest.raises(DataError, match="no picture was found"):
        with SplitWriter(folder, "train", 1) as writer:
            writer.skip("a.png: broken")
    assert len(records.open_split(folder, "train")) == 10
    assert not [name for name in os.listdir(folder) if "tmp" in name]


def test_a_new_split_replaces_the_old_one_and_no_other(folder):
    """Also none whose name begins alike."""
    for split, shards in (("train-hard", 2), ("train", 1)):
        with SplitWriter(folder, split, shards) as writer:
            for i in range(2):
                writer.write(small_data.picture_of(i)[0])
    assert len(records.open_split(folder, "train-hard")) == 2
    assert len(records.open_split(folder, "train")) == 2
    shards = [name for name in os.listdir(folder) if name.endswith(".tfrecord")]
    assert len(shards) == 3


@pytest.mark.parametrize(
    "change, words",
    [
        ({"records": 11}, "11 records, but 10 in its shards"),
        ({"format": "other"}, "format 'other', not"),
        ({"shards": None}, "'shards' of the manifest is a NoneType"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(folder, change, words):
    path = f"{folder}/train.json"
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**manifest, **change}, file)
    with pytest.raises(DataError, match=f"not a manifest of this project.*{words}"):
        records.open_split(folder, "train")


def test_the_same_data_have_the_same_fingerprint(folder):
    split = records.open_split(folder, "train")
    manifest = json.loads(json.dumps(split.manifest))
    manifest["source"] = "elsewhere"
    assert (
        dataclasses.replace(split, manifest=manifest).fingerprint == split.fingerprint
    )
    manifest["shards"][0]["sha256"] = "0"
    assert (
        dataclasses.replace(split, manifest=manifest).fingerprint != split.fingerprint
    )


@pytest.mark.parametrize(
    "name",
    ["train.json", "train-offsets.npy", "train-00001-of-00002.tfrecord"],
)
def test_files_of_other_programs_stay(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(Taken, match=name):
        with SplitWriter(str(tmp_path), "train", 2):
            raise AssertionError("this is found before any work")
    assert os.listdir(tmp_path) == [name]


def test_shards_that_no_manifest_lists_stay(folder):
    """Those of another writer, of another number, are not swept away with ours."""
    other = os.path.join(folder, "train-00000-of-00009.tfrecord")
    with open(other, "wb") as file:
        file.write(b"mine")
    with SplitWriter(folder, "train", 1) as writer:
        writer.write(small_data.picture_of(0)[0])
    with open(other, "rb") as file:
        assert file.read() == b"mine"
    assert len(records.open_split(folder, "train")) == 1


def test_a_temporary_folder_of_an_older_name_stays(tmp_path):
    (tmp_path / ".train.tmp").mkdir()
    (tmp_path / ".train.tmp" / "mine").write_text("mine")
    with SplitWriter(str(tmp_path), "train", 1) as writer:
        writer.write(small_data.picture_of(0)[0])
    assert (tmp_path / ".train.tmp" / "mine").exists()


def _spoil_manifest(folder, how):
    path = os.path.join(folder, "train.json")
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(how(data))


@pytest.mark.parametrize(
    "how",
    [
        lambda data: data[:60],
        lambda data: data.replace(b"tfrecords-1", b"tfrecords-0"),
        lambda data: data.replace(b'"shards"', b'"shreds"'),
    ],
    ids=["cut", "older", "damaged"],
)
def test_a_spoilt_split_can_be_written_again(folder, how):
    _spoil_manifest(folder, how)
    with SplitWriter(folder, "train", 1) as writer:
        writer.write(small_data.picture_of(0)[0])
    assert len(records.open_split(folder, "train")) == 1


def test_an_empty_manifest_stands_for_no_file(folder):
    """It may be anybody's, and so may shards of such names."""
    _spoil_manifest(folder, lambda data: b"")
    before = sorted(os.listdir(folder))
    with pytest.raises(UsageError, match="is not a file that vqinpaint wrote"):
        SplitWriter(folder, "train", 1).__enter__()
    assert sorted(os.listdir(folder)) == before


@pytest.mark.parametrize("number", range(1, 6))
def test_a_kill_between_moves_leaves_no_split_that_is_half_new(folder, number):
    """Journal, two shards, offsets, manifest: five writes."""
    shards = [_shard(folder, i) for i in range(2)]
    new = os.path.join(folder, "new")
    assert killed_at(
        number, lambda: writing.finish(folder, new, "train", shards, {"source": "new"})
    )
    if number == 1:
        assert len(records.open_split(folder, "train")) == 10
    else:
        with pytest.raises(DataError, match="has no manifest train.json"):
            records.open_split(folder, "train")
    with SplitWriter(folder, "train", 1) as writer:
        writer.write(small_data.picture_of(0)[0])
    assert len(records.open_split(folder, "train")) == 1
    shards = [name for name in os.listdir(folder) if name.endswith(".tfrecord")]
    assert len(shards) == 1


def _shard(folder, index):
    """One of two new shards, in the folder "new"."""
    os.makedirs(os.path.join(folder, "new"), exist_ok=True)
    name = writing.shard_name("train", index, 2)
    path = os.path.join(folder, "new", name)
    with open(path, "wb") as file:
        file.write(b"shard")
    entry = {"name": name, "bytes": 5, "records": 1, "sha256": digests.of_file(path)}
    return writing.WrittenShard(entry, [0])


@pytest.mark.parametrize("split", ["a/b", "../train", "", "train/"])
def test_splits_are_named_like_files(tmp_path, split):
    with pytest.raises(UsageError, match="--split="):
        writing.check_split(str(tmp_path), split)
