"""Writing a split: its shards, the offsets of their records, and the manifest.

`records.py` describes these files. A split is written under a temporary name and moved
into place when it is complete, so that a data set is never half old and half new for
longer than some renamings take; during these it has no manifest and is refused.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from vqinpaint import digests
from vqinpaint.data import records
from vqinpaint.errors import DataError
from vqinpaint.json_files import write_json


class SplitWriter:
    """Writes one split of a data set; a context manager.

      entries = {"source": "my pictures", "short_side": 0}
      with SplitWriter("tfrecords/mine", "train", shards=4, entries=entries) as writer:
          writer.write(picture)
          writer.skip("broken.png: no JPEG, PNG, WebP or BMP picture")

    Pictures go to the shards in turn. A split of the same name is replaced at the very
    end of the block; an exception or a signal inside the block leaves it as it was.
    The end of the block raises `DataError` if no picture was written.

    Args:
      folder: folder of the data set; it is made if needed.
      split: name such as "train".
      shards: number of files, at least 1.
      entries: further entries of the manifest, JSON values by name. The manifest also
        gets an entry `skipped`, the list of reasons that `skip` was called with.
    """

    def __init__(
        self,
        folder: str,
        split: str,
        shards: int,
        entries: dict[str, Any] | None = None,
    ):
        self._folder, self._split, self._shards = folder, split, shards
        self._entries = dict(entries or {})
        self._temporary = ""
        self._writers: list[ShardWriter] = []
        self.written = 0  # number of pictures so far
        self.skipped: list[str] = []  # one reason per picture that was left out

    def __enter__(self) -> SplitWriter:
        self._temporary = temporary_folder(self._folder, self._split)
        names = [shard_name(self._split, i, self._shards) for i in range(self._shards)]
        self._writers = [
            ShardWriter(os.path.join(self._temporary, name)) for name in names
        ]
        return self

    def write(self, picture: records.Picture) -> None:
        """Adds a picture to the next shard."""
        shard = self._writers[self.written % self._shards]
        shard.write(records.to_example(picture))
        self.written += 1

    def skip(self, reason: str) -> None:
        """Notes in the manifest that a picture was left out, and why."""
        self.skipped.append(reason)

    def __exit__(self, kind, error, traceback) -> None:
        try:
            if kind is None:
                shards = [writer.finish() for writer in self._writers]
                entries = {**self._entries, "skipped": self.skipped}
                finish(self._folder, self._temporary, self._split, shards, entries)
        finally:
            for writer in self._writers:
                writer.close()
            shutil.rmtree(self._temporary, ignore_errors=True)


class WrittenShard(NamedTuple):
    """A complete shard, as the manifest and the offsets describe it."""

    entry: dict[str, Any]  # `name`, `bytes`, `records` and `sha256`
    starts: list[int]  # byte at which each record starts


class ShardWriter:
    """Writes one shard and notes where its records start.

    Args:
      path: file to write.
    """

    def __init__(self, path: str):
        self._path = path
        self._writer = tf.io.TFRecordWriter(path)
        self._end = 0
        self._starts: list[int] = []

    def write(self, example: bytes) -> None:
        """Adds a serialised example; see `records.to_example`."""
        self._writer.write(example)
        self._starts.append(self._end)
        # A record is an 8-byte length, its 4-byte CRC, the data and another CRC.
        self._end += len(example) + 16

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        self._writer.close()

    def finish(self) -> WrittenShard:
        """Closes the file and describes it."""
        self.close()
        entry = {
            "name": os.path.basename(self._path),
            "bytes": os.path.getsize(self._path),
            "records": len(self._starts),
            "sha256": digests.of_file(self._path),
        }
        return WrittenShard(entry, self._starts)


def default_shards(count: int) -> int:
    """How many shards a split of so many pictures gets: one per 1,000, at most 1,024."""
    return max(1, min(1024, count // 1000))


def shard_name(split: str, index: int, shards: int) -> str:
    """File name of shard `index`, counted from 0, of a split with `shards` of them."""
    return f"{split}-{index:05d}-of-{shards:05d}.tfrecord"


def temporary_folder(folder: str, split: str) -> str:
    """Makes an empty folder inside the data set's, so that renaming stays on one disk."""
    path = os.path.join(folder, f".{split}.tmp")
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def finish(
    folder: str,
    temporary: str,
    split: str,
    shards: list[WrittenShard],
    entries: dict[str, Any],
) -> None:
    """Moves a complete split into place and writes its manifest, last of all.

    Args:
      folder: folder of the data set.
      temporary: where the shards are; see `temporary_folder`.
      split: name of the split.
      shards: all shards in the order of their names.
      entries: further entries of the manifest.

    Raises:
      DataError: the shards hold no record; the data set stays as it was.
    """
    starts = np.concatenate([np.asarray(shard.starts, np.int64) for shard in shards])
    if not len(starts):
        raise DataError(
            f"no picture was found for {folder} ({split}); name a folder, list or tar "
            "that holds JPEG or PNG pictures."
        )
    offsets_name = f"{split}-offsets.npy"
    np.save(os.path.join(temporary, offsets_name), starts)
    manifest = {
        "format": records.FORMAT,
        "split": split,
        "records": len(starts),
        "offsets": {
            "name": offsets_name,
            "sha256": digests.of_file(os.path.join(temporary, offsets_name)),
        },
        "shards": [shard.entry for shard in shards],
        **entries,
    }
    _remove(folder, split)
    for name in [*(shard.entry["name"] for shard in shards), offsets_name]:
        os.replace(os.path.join(temporary, name), os.path.join(folder, name))
    write_json(records.manifest_path(folder, split), manifest)


def _remove(folder, split):
    """Removes a split's manifest, and then its shards."""
    # Not every name that begins alike: "train-hard" may be a split of its own.
    shard = re.compile(rf"{re.escape(split)}-\d{{5,}}-of-\d{{5,}}\.tfrecord")
    with contextlib.suppress(FileNotFoundError):
        os.remove(records.manifest_path(folder, split))
    for old in os.listdir(folder):
        if shard.fullmatch(old):
            os.remove(os.path.join(folder, old))
