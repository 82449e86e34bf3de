"""JSON files, read within bounds."""

from __future__ import annotations

import collections
import json
from typing import Any

from vqinpaint.errors import ModelError, UserError
from vqinpaint.files.regular import read_regular

# Bytes of the largest file that is read; as values it takes some thirty times the room.
MOST_BYTES = 16 << 20
_LONGEST = 100  # characters that are shown of what a file holds
_MOST_DIGITS = 40


def read_json(
    path: str, most_bytes: int = MOST_BYTES, error: type[UserError] = ModelError
) -> Any:
    """Reads a JSON file, whoever wrote it.

    Args:
      path: of a regular file.
      most_bytes: size in bytes of the largest file that is read.
      error: kind of `UserError` to raise.

    Raises:
      UserError: of the kind `error`; the file cannot be read, is larger, or is no JSON.
    """
    data = read_regular(path, most_bytes, f"the file {path}", error)
    return parse_json(data, path, error)


def parse_json(data: bytes, name: str, error: type[UserError] = ModelError) -> Any:
    """The values of JSON in UTF-8, with or without a byte order mark.

    NaN and Infinity are read as Python writes them; who uses a number checks it.

    Args:
      data: the text; its size must have been bounded.
      name: what to call it in messages.
      error: kind of `UserError` to raise.

    Raises:
      UserError: of the kind `error`; it is no JSON, is nested deeper than Python reads,
        or has the same key twice in one object.
    """
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_int=_whole_number
        )
    except UnicodeDecodeError as reason:
        told = f"byte {reason.start} is not UTF-8"
    except RecursionError:
        told = "it is nested too deeply"
    except (ValueError, MemoryError) as reason:
        told = str(reason)[:_LONGEST] or type(reason).__name__
    raise error(f"{name} cannot be read as JSON: {told}.")


def _whole_number(text):
    """Numbers of so many digits are none that anything here counts or measures."""
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"a whole number has {len(text)} digits")
    return int(text)


def _once(pairs):
    """A dict of pairs whose keys all differ; otherwise it would be unclear which counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = collections.Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f"the key {twice[:_LONGEST]!r} occurs twice")
    return found
