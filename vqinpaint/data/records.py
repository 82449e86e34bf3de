"""The TFRecord data set on disk: the schema of a record, the manifest, opening a split.

A data set is a folder with, for each split, `SPLIT-00000-of-00004.tfrecord` and so on,
`SPLIT-offsets.npy` (int64, the byte at which each record starts in its shard) and the
manifest `SPLIT.json`. The manifest is written last. It holds the names, sizes in bytes,
record counts and SHA-256 of all files. `writing.py` writes what this file describes.
"""

from __future__ import annotations

import dataclasses
import os
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from vqinpaint.data.manifests import FORMAT as FORMAT
from vqinpaint.data.manifests import read_manifest
from vqinpaint.errors import DataError, first_line
from vqinpaint.files import digests
from vqinpaint.reporting import SILENT, Reporter

FEATURES = {
    "image/encoded": tf.io.FixedLenFeature([], tf.string),  # JPEG or PNG
    "image/format": tf.io.FixedLenFeature([], tf.string, b""),  # b"jpeg" or b"png"
    "image/height": tf.io.FixedLenFeature([], tf.int64, 0),
    "image/width": tf.io.FixedLenFeature([], tf.int64, 0),
    "image/filename": tf.io.FixedLenFeature([], tf.string, b""),
}


class Picture(NamedTuple):
    """One picture as it is stored in a record."""

    encoded: bytes  # a whole JPEG or PNG file, RGB or grey, upright
    format: str  # "jpeg" or "png"
    height: int  # in pixels
    width: int  # in pixels
    filename: str  # where it came from


def to_example(picture: Picture) -> bytes:
    """Serialises a picture as a `tf.train.Example` with the features in `FEATURES`."""

    def feature(value):
        if isinstance(value, int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        # Names of files need not be UTF-8.
        value = os.fsencode(value) if isinstance(value, str) else value
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    fields = {
        f"image/{name}": feature(value) for name, value in picture._asdict().items()
    }
    return tf.train.Example(
        features=tf.train.Features(feature=fields)
    ).SerializeToString()


def manifest_path(folder: str, split: str) -> str:
    """Path of a split's manifest."""
    return os.path.join(folder, f"{split}.json")


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """A split whose files were found and checked; `len` is its number of records.

    Records are numbered from 0 to N - 1, shard after shard.
    """

    paths: list[str]  # one path per shard
    shard: np.ndarray  # int64 [N], index in `paths` of the shard that holds a record
    offset: np.ndarray  # int64 [N], byte at which a record starts in its shard
    manifest: dict

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the digests of the shards; equal data have equal fingerprints."""
        of_shards = "".join(shard["sha256"] for shard in self.manifest["shards"])
        return digests.of_bytes(of_shards.encode())

    def __len__(self) -> int:
        return len(self.shard)


def open_split(
    folder: str, split: str, verify: bool = True, reporter: Reporter = SILENT
) -> Split:
    """Reads a split's manifest and checks that the files are those that it describes.

    Args:
      folder: folder of the data set.
      split: name such as "train".
      verify: whether to compare the SHA-256 of every shard, which reads all of them.
        Their sizes, and the SHA-256 of the offsets, are always compared.
      reporter: told how many files are compared.

    Returns:
      The split, ready for `pipeline.training_batches`.

    Raises:
      DataError: there is no manifest, or files are missing or differ from it.
    """
    manifest = _read_manifest(folder, split)
    paths = [os.path.join(folder, s["name"]) for s in manifest["shards"]]
    _check_sizes(paths, manifest, split)
    offsets = os.path.join(folder, manifest["offsets"]["name"])
    wanted = {offsets: manifest["offsets"]["sha256"]}
    if verify:
        wanted.update(zip(paths, (s["sha256"] for s in manifest["shards"])))
    _check_digests(wanted, split, reporter)
    counts = [s["records"] for s in manifest["shards"]]
    # At least eight bytes for each record: no more memory than there is disk.
    if os.path.getsize(offsets) < 8 * sum(counts):
        raise DataError(
            f"{offsets} is too short for {sum(counts)} records; restore it or write the "
            "data set again."
        )
    shard = np.repeat(np.arange(len(paths)), counts).astype(np.int64)
    return Split(paths, shard, _read_offsets(offsets, shard, manifest), manifest)


def _read_manifest(folder, split):
    path = manifest_path(folder, split)
    if not os.path.isfile(path):
        raise DataError(_why_no_manifest(folder, split))
    return read_manifest(path)


def _read_offsets(path, shard, manifest):
    """Where records start, int64 [N], each within its shard."""
    sizes = np.array([s["bytes"] for s in manifest["shards"]], np.int64)
    try:
        # A header that tells of more than there is takes no memory this way.
        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if found.shape != shard.shape or found.dtype != np.int64:
            raise ValueError(f"{found.dtype} {list(found.shape)}")
        offset = np.array(found)
        if (offset < 0).any() or (offset >= sizes[shard]).any():
            raise ValueError("a record outside of its shard")
    except Exception as error:  # NumPy raises errors of many kinds
        raise DataError(
            f"{path} does not hold the offsets of {len(shard)} records "
            f"({first_line(error)[:80]}); restore it or write the data set again."
        ) from None
    return offset


def _why_no_manifest(folder, split):
    if not os.path.isdir(folder):
        return (
            f"the data set folder {folder} does not exist; write it with "
            "python -m vqinpaint.make_tfrecords."
        )
    found = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json"))
    have = f"; splits there: {', '.join(found)}" if found else ""
    return (
        f"{folder} has no manifest {split}.json{have}. Write it with "
        f"python -m vqinpaint.make_tfrecords --output={folder} --split={split}."
    )


def _check_sizes(paths, manifest, split):
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


def _check_digests(wanted, split, reporter):
    """Compares files with their SHA-256; `wanted` is {path: digest}."""
    for path, digest in reporter.each("files checked", wanted.items()):
        if not os.path.isfile(path) or digests.of_file(path) != digest:
            raise DataError(
                f"{path} is not the file that {split}.json describes (its sha256 "
                "differs); restore it or write the data set again."
            )
