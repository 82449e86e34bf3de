"""The TFRecord data set on disk: schema, shards, manifest. Writer and reader share it.

A data set is a folder with, for each split, `SPLIT-00000-of-00004.tfrecord` and so on,
`SPLIT-offsets.npy` (int64, where each record starts in its shard) and the manifest
`SPLIT.json`, written last: names, sizes, record counts and sha256 of all of them.
"""

import contextlib
import dataclasses
import json
import os
import shutil
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from vqinpaint import digests
from vqinpaint.errors import DataError
from vqinpaint.json_files import write_json

FORMAT = "vqinpaint-tfrecords-1"
FEATURES = {
    "image/encoded": tf.io.FixedLenFeature([], tf.string),  # JPEG or PNG
    "image/format": tf.io.FixedLenFeature([], tf.string, b""),  # b"jpeg" or b"png"
    "image/height": tf.io.FixedLenFeature([], tf.int64, 0),
    "image/width": tf.io.FixedLenFeature([], tf.int64, 0),
    "image/filename": tf.io.FixedLenFeature([], tf.string, b""),
}


class Picture(NamedTuple):
    """One picture as it goes into a record."""

    encoded: bytes
    format: str
    height: int
    width: int
    filename: str


def to_example(picture):
    """Serialises a `Picture` as a `tf.train.Example`."""

    def feature(value):
        if isinstance(value, int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        value = value.encode() if isinstance(value, str) else value
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    fields = {
        f"image/{name}": feature(value) for name, value in picture._asdict().items()
    }
    return tf.train.Example(
        features=tf.train.Features(feature=fields)
    ).SerializeToString()


@contextlib.contextmanager
def split_writer(folder, split, shards):
    """Writes a split under a temporary name and moves it into place when complete.

    Yields a function that takes serialised examples; they go to the shards in turn.
    Whatever was there under the same split name is replaced only at the very end; an
    error or a signal leaves it as it was.

    Args:
      folder: the data set's folder, made if needed.
      split: name such as "train".
      shards: how many files.

    Raises:
      DataError: nothing was written.
    """
    os.makedirs(folder, exist_ok=True)
    temporary = temporary_folder(folder, split)
    writers = [
        ShardWriter(os.path.join(temporary, shard_name(split, i, shards)))
        for i in range(shards)
    ]
    count = 0

    def write(example):
        nonlocal count
        writers[count % shards].write(example)
        count += 1

    try:
        extra = {}
        yield write, extra
        finish(folder, temporary, split, [w.described() for w in writers], extra)
    finally:
        for writer in writers:
            writer.close()
        shutil.rmtree(temporary, ignore_errors=True)


def shard_name(split, index, shards):
    return f"{split}-{index:05d}-of-{shards:05d}.tfrecord"


def temporary_folder(folder, split):
    """An empty folder beside the data set's files, on the same disk as they."""
    path = os.path.join(folder, f".{split}.tmp")
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


class ShardWriter:
    """Writes one shard and keeps account of where its records start.

    Args:
      path: of the file.
    """

    def __init__(self, path):
        self._path = path
        self._writer = tf.io.TFRecordWriter(path)
        self._end, self._starts = 0, []

    def write(self, example):
        self._writer.write(example)
        self._starts.append(self._end)
        # A record is an 8-byte length, its 4-byte CRC, the data and another CRC.
        self._end += len(example) + 16

    def close(self):
        self._writer.close()

    def described(self):
        """Closes the file; returns its manifest entry and where its records start."""
        self.close()
        entry = {
            "name": os.path.basename(self._path),
            "bytes": os.path.getsize(self._path),
            "records": len(self._starts),
            "sha256": digests.of_file(self._path),
        }
        return entry, self._starts


def finish(folder, temporary, split, described, extra):
    """Moves a whole split into place and writes its manifest, last of all.

    Args:
      folder: the data set's folder.
      temporary: where the shards lie; see `temporary_folder`.
      split: its name.
      described: what `ShardWriter.described` returned, in the order of the shards.
      extra: dict of further entries for the manifest.

    Raises:
      DataError: nothing was written.
    """
    shards = [entry for entry, _ in described]
    starts = np.concatenate([np.asarray(own, np.int64) for _, own in described])
    if not len(starts):
        raise DataError(
            f"no picture was found for {folder} ({split}); name a folder, list or tar "
            "that holds JPEG or PNG pictures."
        )
    offsets_name = f"{split}-offsets.npy"
    np.save(os.path.join(temporary, offsets_name), starts)
    manifest = {
        "format": FORMAT,
        "split": split,
        "records": len(starts),
        "offsets": {
            "name": offsets_name,
            "sha256": digests.of_file(os.path.join(temporary, offsets_name)),
        },
        "shards": shards,
        **extra,
    }
    with contextlib.suppress(FileNotFoundError):
        os.remove(os.path.join(folder, f"{split}.json"))
    for old in os.listdir(folder):
        if old.startswith(f"{split}-") and old.endswith(".tfrecord"):
            os.remove(os.path.join(folder, old))
    for name in [*(shard["name"] for shard in shards), offsets_name]:
        os.replace(os.path.join(temporary, name), os.path.join(folder, name))
    write_json(os.path.join(folder, f"{split}.json"), manifest)


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """A split found and checked on disk."""

    paths: list  # of str, one a shard
    shard: np.ndarray  # int64 [N], which shard holds each record
    offset: np.ndarray  # int64 [N], where in it
    manifest: dict

    @property
    def fingerprint(self):
        """sha256 over the shards' digests: the same data give the same text."""
        of_shards = "".join(shard["sha256"] for shard in self.manifest["shards"])
        return digests.of_bytes(of_shards.encode())

    def __len__(self):
        return len(self.shard)


def open_split(folder, split, verify=True):
    """Finds a split by its manifest and checks that the files are those it names.

    Args:
      folder: the data set's folder.
      split: name such as "train".
      verify: also compare the sha256 of every shard.

    Returns:
      `Split`.

    Raises:
      DataError: no manifest, or files that are missing, damaged or foreign.
    """
    manifest = _read_manifest(folder, split)
    paths = [os.path.join(folder, s["name"]) for s in manifest["shards"]]
    for path, shard in zip(paths, manifest["shards"]):
        if not os.path.isfile(path):
            raise DataError(
                f"{path} is missing, but {split}.json names it; restore the shard or "
                "write the data set again."
            )
        if os.path.getsize(path) != shard["bytes"]:
            raise DataError(
                f"{path} has {os.path.getsize(path)} bytes, the manifest says "
                f"{shard['bytes']}; restore the shard or write the data set again."
            )
    offsets = os.path.join(folder, manifest["offsets"]["name"])
    checks = [(offsets, manifest["offsets"]["sha256"])]
    if verify:
        checks += [(p, s["sha256"]) for p, s in zip(paths, manifest["shards"])]
    size = sum(s["bytes"] for s in manifest["shards"])
    for path, digest in tqdm(
        checks, f"checking {split}", leave=False, disable=size < 1 << 30
    ):
        if not os.path.isfile(path) or digests.of_file(path) != digest:
            raise DataError(
                f"{path} is not the file that {split}.json describes (its sha256 "
                "differs); restore it or write the data set again."
            )
    shard = np.repeat(
        np.arange(len(paths)), [s["records"] for s in manifest["shards"]]
    ).astype(np.int64)
    return Split(paths, shard, np.load(offsets), manifest)


def _read_manifest(folder, split):
    path = os.path.join(folder, f"{split}.json")
    if not os.path.isfile(path):
        if not os.path.isdir(folder):
            raise DataError(
                f"the data set folder {folder} does not exist; write it with "
                "tools/make_tfrecords.py."
            )
        found = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json"))
        have = f"; splits there: {', '.join(found)}" if found else ""
        raise DataError(
            f"{folder} has no manifest {split}.json{have}. Write it with "
            f"tools/make_tfrecords.py --output={folder} --split={split}."
        )
    try:
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        if manifest["format"] != FORMAT:
            raise ValueError(f"format '{manifest['format']}', not '{FORMAT}'")
        assert manifest["records"] == sum(s["records"] for s in manifest["shards"])
        return manifest
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise DataError(
            f"{path} is not a manifest of this project ({error!r}); write the data set "
            "again with tools/make_tfrecords.py."
        ) from None
