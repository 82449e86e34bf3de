"""Writing a split: its shards, the offsets of their records, and the manifest.

`records.py` describes these files. A split is written under a temporary name and moved
into place when it is complete, so that a data set is never half old and half new for
longer than some renamings take; during these it has no manifest and is refused. Files
that no manifest of the split lists are never replaced or removed.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from vqinpaint import outputs
from vqinpaint.data import records
from vqinpaint.errors import DataError, UsageError
from vqinpaint.files import digests

# How the formats of all versions begin, and with them every manifest.
_FORMATS = "vqinpaint-tfrecords"
_OPENING = f'{{\n  "format": "{_FORMATS}'.encode()


class SplitWriter:
    """Writes one split of a data set; a context manager.

      entries = {"source": "my pictures", "short_side": 0}
      with SplitWriter("tfrecords/mine", "train", shards=4, entries=entries) as writer:
          writer.write(picture)
          writer.skip("broken.png: no JPEG, PNG, WebP or BMP picture")

    Pictures go to the shards in turn. A split of the same name is replaced at the very
    end of the block; an exception or a signal inside the block leaves it as it was.
    The end of the block raises `DataError` if no picture was written. The beginning of
    the block raises `Taken` if files are in the way that the manifest of this split does
    not list.

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
        self._open = contextlib.ExitStack()  # the writers and their folder
        self.written = 0  # number of pictures so far
        self.skipped: list[str] = []  # one reason per picture that was left out

    def __enter__(self) -> SplitWriter:
        claim(self._folder, self._split, self._shards)
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(outputs.new_folder(self._folder))
            for i in range(self._shards):
                path = os.path.join(folder, shard_name(self._split, i, self._shards))
                self._writers.append(ShardWriter(path))
                stack.callback(self._writers[-1].close)
            self._open = stack.pop_all()
        self._temporary = folder
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
            self._open.close()


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
        self._writer = tf.io.TFRecordWriter(os.fsencode(path))
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


def check_split(folder: str, split: str) -> None:
    """Makes sure that a split can be written, before any work.

    Raises:
      UsageError: the split's name is no name of a file, or something is in the way.
      DiskError: the disk is full or refuses.
    """
    if not split or split != os.path.basename(split) or not split.isprintable():
        raise UsageError(
            f"--split={split}: the name of a split begins the names of its files; give "
            "one such as train."
        )
    outputs.check_folder(folder)
    claim(folder, split, 0)


def claim(folder: str, split: str, shards: int) -> outputs.Claim:
    """The right to write the files of a split.

    Raises:
      Taken: a file is there that the manifest of this split does not list.
    """
    names = [shard_name(split, index, shards) for index in range(shards)]
    return outputs.Claim(_index(folder, split), [*names, _offsets_name(split)])


def _offsets_name(split):
    return f"{split}-offsets.npy"


def _index(folder, split):
    """The manifest of a split, which lists its other files."""
    # Not every name that begins alike: "train-hard" may be a split of its own.
    pattern = re.compile(
        rf"{re.escape(split)}-(offsets\.npy|\d{{5,}}-of-\d{{5,}}\.tfrecord)"
    )

    def names_of(manifest):
        if not manifest["format"].startswith(_FORMATS):
            raise KeyError("format")
        try:
            names = [shard["name"] for shard in manifest["shards"]]
            return [*names, manifest["offsets"]["name"]]
        except (KeyError, TypeError):  # damaged, or of another version
            return os.listdir(folder)

    name = os.path.basename(records.manifest_path(folder, split))
    return outputs.Index(folder, name, pattern, _OPENING, names_of, unmistakable=True)


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
      temporary: where the shards are, on the same disk.
      split: name of the split.
      shards: all shards in the order of their names.
      entries: further entries of the manifest.

    Raises:
      DataError: the shards hold no record; the data set stays as it was.
      Taken: see `claim`.
    """
    starts = np.concatenate([np.asarray(shard.starts, np.int64) for shard in shards])
    if not len(starts):
        raise DataError(
            f"no picture was found for {folder} ({split}); name a folder, list or tar "
            "that holds JPEG or PNG pictures."
        )
    offsets_name = _offsets_name(split)
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
    claimed = claim(folder, split, len(shards))
    for name in [*(shard.entry["name"] for shard in shards), offsets_name]:
        claimed.move(os.path.join(temporary, name), name)
    claimed.finish(outputs.as_json(manifest))
