"""A file that appears whole, or not at all."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from vqinpaint.outputs.taken import Taken, is_taken
from vqinpaint.outputs.temporaries import NO_LINK, new_temporary


@contextlib.contextmanager
def new_file(path: str, replace: bool = False) -> Iterator[BinaryIO]:
    """A file to write, which appears at `path` when the block ends without an error.

      with new_file("metrics.json") as file:
          file.write(b"{}")

    It is written under another name beside it and then renamed, so that nobody ever
    reads half of it. A link at `path` is replaced, never followed.

    Args:
      path: where it goes; its folder must exist.
      replace: whether a file may be there already. It must then be one that this project
        wrote; whoever calls knows.

    Raises:
      Taken: something is there, and `replace` is False.
      NameTooLong: the file system cannot hold such a name.
      OSError: the disk is full or refuses.
    """
    if is_taken(path) and not replace:
        raise Taken(path)
    with new_temporary(os.path.dirname(path) or os.curdir) as (temporary, file):
        yield file
        file.flush()
        move(temporary, path, replace)


def write(path: str, data: bytes, replace: bool = False) -> None:
    """Writes all of a file at once; see `new_file`."""
    with new_file(path, replace) as file:
        file.write(data)


def as_json(values: Any, indent: int | None = 2) -> bytes:
    """`values` as a line of JSON, or as several that are indented for people.

    Numbers that are not finite, such as the PSNR of equal pictures, become null: JSON
    has no such numbers, and most programs refuse to read what Python writes for them.

    Args:
      values: dicts, lists, texts, numbers, switches and None.
      indent: spaces for each level, or None for a single line.
    """
    return f"{json.dumps(_finite(values), indent=indent, allow_nan=False)}\n".encode()


def write_json(path: str, values: Any, replace: bool = False) -> None:
    """Writes `values` as JSON; see `new_file`."""
    write(path, as_json(values), replace)


def append(path: str, data: bytes) -> None:
    """Adds to the end of a file, which is made if needed; a link is not followed."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | NO_LINK
    with open(os.open(path, flags, 0o666), "ab") as file:
        file.write(data)


def move(source: str, path: str, replace: bool = False) -> None:
    """Renames a file on the same disk; raises `Taken` where `new_file` does."""
    if replace:
        os.replace(source, path)
        return
    try:
        # Unlike renaming, this fails where a file has appeared in the meantime.
        os.link(source, path)
    except FileExistsError:
        raise Taken(path) from None
    except OSError:  # a file system without links
        if is_taken(path):
            raise Taken(path) from None
        os.replace(source, path)
    else:
        os.unlink(source)


def _finite(values):
    if isinstance(values, dict):
        return {name: _finite(value) for name, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [_finite(value) for value in values]
    if isinstance(values, float) and not math.isfinite(values):
        return None
    return values
