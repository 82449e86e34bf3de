"""Reading a split's manifest, every entry of which is checked before it is used."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from vqinpaint.errors import DataError, first_line
from vqinpaint.files.regular import read_regular

FORMAT = "vqinpaint-tfrecords-1"
# Bytes of the largest manifest: it names every file that was left out.
_LARGEST = 1 << 30
_DIGEST = re.compile(r"[0-9a-f]{64}")
# Bytes of the longest name that file systems take.
_LONGEST_NAME = 255
# Of records, and of bytes in a shard: past all data sets, and within 64 bits.
_MOST = 1 << 50


def read_manifest(path: str) -> dict[str, Any]:
    """A split's manifest with entries of the right types that fit together.

    Args:
      path: of an existing file.

    Raises:
      DataError: the file is not a manifest of this project.
    """
    try:
        manifest = json.loads(
            read_regular(path, _LARGEST, f"the manifest {path}", DataError)
        )
        check(manifest)
        return manifest
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path} is not a manifest of this project ({first_line(error)[:160]}); write "
            "the data set again with python -m vqinpaint.make_tfrecords."
        ) from None


def check(manifest: Any) -> None:
    """Raises ValueError where an entry is missing, of a wrong type or out of range."""
    found = _entry(manifest, "format", str, "the manifest")
    if found != FORMAT:
        raise ValueError(f"format '{found[:40]}', not '{FORMAT}'")
    total = _count(manifest, "records", "the manifest")
    shards = _entry(manifest, "shards", list, "the manifest")
    for number, shard in enumerate(shards):
        where = f"shard {number}"
        _check_file(shard, where)
        _count(shard, "bytes", where)
        _count(shard, "records", where)
    _check_file(_entry(manifest, "offsets", dict, "the manifest"), "offsets")
    count = sum(shard["records"] for shard in shards)
    if total != count or not total:
        raise ValueError(f"{total} records, but {count} in its shards")


def _check_file(entry, where):
    name = _entry(entry, "name", str, where)
    plain = name and name not in (".", "..") and name.isprintable()
    too_long = len(os.fsencode(name) if plain else name) > _LONGEST_NAME
    # The files lie beside the manifest: no name leads elsewhere.
    if not plain or too_long or os.path.basename(name) != name:
        raise ValueError(f"the name {name[:40]!r} of {where} is no name of a file")
    if not _DIGEST.fullmatch(_entry(entry, "sha256", str, where)):
        raise ValueError(f"the sha256 of {where} is not 64 hexadecimal digits")


def _count(holder, key, where):
    value = _entry(holder, key, int, where)
    if not 0 <= value <= _MOST:
        raise ValueError(f"{key} of {where} is out of range")
    return value


def _entry(holder, key, kind, where):
    if not isinstance(holder, dict):
        raise ValueError(f"{where} is no object")
    if key not in holder:
        raise ValueError(f"{where} has no '{key}'")
    value = holder[key]
    # To Python True is a whole number.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"'{key}' of {where} is a {type(value).__name__}")
    return value
