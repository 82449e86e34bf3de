"""The index of one of TensorFlow's checkpoints, read without TensorFlow's reader.

TensorFlow believes an index whose checksums are right: it makes room for any size, and
ends the process where a shape is impossible. So whatever the index says is held against
the files before TensorFlow sees it. The index is a sorted table in the format of LevelDB
(its `doc/table_format.md`), whose values are protocol buffers (`tensor_bundle.proto`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.core.protobuf import tensor_bundle_pb2

from vqinpaint.errors import ModelError
from vqinpaint.files.regular import is_regular, open_regular, read_regular

_LARGEST_INDEX = 32 << 20  # bytes; a hundred for each value
_FOOTER = 48
_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_TRAILER = 5  # bytes after a block: how it is compressed, and its checksum
_MOST_SHARDS = 1000
_MOST_DIMENSIONS = 16


class Value(NamedTuple):
    """A value of a checkpoint."""

    shape: tuple[int, ...]
    dtype: Any  # of TensorFlow


def read_index(prefix: str) -> dict[str, Value]:
    """What a checkpoint holds, by name, once the files have room for it.

    Args:
      prefix: of the checkpoint's files.

    Raises:
      ValueError: says what is wrong with the index, or with the files that it names.
      ModelError: a file is missing, no regular one, or too large.
    """
    data = read_regular(f"{prefix}.index", _LARGEST_INDEX, error=ModelError)
    entries = dict(_entries_of(data))
    header = tensor_bundle_pb2.BundleHeaderProto.FromString(entries.pop(b"", b""))
    if not 1 <= header.num_shards <= _MOST_SHARDS or header.endianness:
        raise ValueError("no index of a checkpoint, or one of another byte order")
    paths = [
        f"{prefix}.data-{i:05d}-of-{header.num_shards:05d}"
        for i in range(header.num_shards)
    ]
    for path in paths:
        if not is_regular(path):
            told = "no regular file" if os.path.exists(path) else "missing"
            raise ValueError(f"{os.path.basename(path)} is {told}")
    if not entries:
        raise ValueError("it holds nothing")
    return {
        key.decode("utf-8"): _value(
            tensor_bundle_pb2.BundleEntryProto.FromString(entry), paths
        )
        for key, entry in entries.items()
    }


def _value(entry, paths):
    shape = tuple(dimension.size for dimension in entry.shape.dim)
    if min(shape, default=0) < 0 or len(shape) > _MOST_DIMENSIONS or entry.slices:
        raise ValueError(f"a value of the shape {list(shape[:_MOST_DIMENSIONS])}")
    dtype = tf.as_dtype(entry.dtype)  # TypeError for numbers that stand for none
    if not 0 <= entry.shard_id < len(paths):
        raise ValueError(f"a value in file {entry.shard_id} of {len(paths)}")
    path = paths[entry.shard_id]
    end = entry.offset + entry.size
    if min(entry.offset, entry.size) < 0 or end > os.path.getsize(path):
        raise ValueError(f"a value ends at byte {end} of {os.path.basename(path)}")
    number = math.prod(shape)
    if dtype == tf.string:
        _check_texts(path, entry, number)
    elif number * dtype.size != entry.size:
        raise ValueError(f"{number} values of {dtype.name} in {entry.size} bytes")
    return Value(shape, dtype)


def _check_texts(path, entry, number):
    """Texts are: their lengths, a checksum of 4 bytes, and the texts themselves."""
    with open_regular(path, 1 << 62) as file:
        file.seek(entry.offset)
        # A length takes at most ten bytes; those of a checkpoint's few texts are short.
        data = file.read(min(entry.size, 10 * number + 4))
    place = total = 0
    for _ in range(number):
        length, place = _varint(data, place)
        total += length
    if place + 4 + total != entry.size:
        raise ValueError(f"texts of {total} bytes in {entry.size}")


def _entries_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of a whole table, in order."""
    if len(data) < _FOOTER or data[-8:] != _MAGIC:
        raise ValueError("no index of a checkpoint")
    place = len(data) - _FOOTER
    for _ in range(2):
        _, place = _varint(data, place)  # of the block of metadata, which is empty
    begin, place = _varint(data, place)
    size, _ = _varint(data, place)
    for _, handle in _entries_in(_block(data, begin, size)):
        begin, place = _varint(handle, 0)
        size, _ = _varint(handle, place)
        yield from _entries_in(_block(data, begin, size))


def _block(data, begin, size):
    if begin + size + _TRAILER > len(data) or data[begin + size]:
        raise ValueError("a block outside of the index, or a compressed one")
    return data[begin : begin + size]


def _entries_in(block):
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise ValueError("a block that is shorter than it says")
    place, key = 0, b""
    while place < end:
        shared, place = _varint(block, place)
        own, place = _varint(block, place)
        length, place = _varint(block, place)
        if shared > len(key) or place + own + length > end:
            raise ValueError("an entry that is longer than its block")
        key = key[:shared] + block[place : place + own]
        place += own
        yield key, block[place : place + length]
        place += length


def _varint(data, place):
    """(whole number of seven bits a byte, where the next one begins)."""
    value = 0
    for shift in range(0, 64, 7):
        byte = data[place]  # IndexError at the end
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
    raise ValueError("a number without an end")
