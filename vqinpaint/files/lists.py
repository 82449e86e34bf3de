"""Text files that list paths, one a line."""

from __future__ import annotations

import os

from vqinpaint.errors import DataError, UserError
from vqinpaint.files.addresses import is_address, refusal
from vqinpaint.files.regular import read_regular

SUFFIXES = (".flist", ".txt")
# Size in bytes of the longest list of paths: some millions of them.
_LONGEST = 1 << 30


def is_list(path: str) -> bool:
    """Whether a path is that of a list by its name."""
    return path.lower().endswith(SUFFIXES) and not os.path.isdir(path)


def read_list(path: str, error: type[UserError] = DataError) -> list[str]:
    """The paths that a text file lists; `#` begins a comment line.

    A relative path is looked up from the current folder, then beside the list. Names need
    not be UTF-8.

    Args:
      path: of the list.
      error: kind of `UserError` to raise.

    Raises:
      UserError: of the kind `error`; the file cannot be read, is no text, or lists an
        address of an object store.
    """
    found = list(_lines(path, error))
    addresses = [line for line in found if is_address(line)]
    if addresses:
        raise error(refusal(f"{path} lists {addresses[0]}"))
    beside = os.path.dirname(os.path.abspath(path))
    return [
        line if os.path.exists(line) else os.path.join(beside, line) for line in found
    ]


def _lines(path, error):
    data = read_regular(path, _LONGEST, f"the list {path}", error)
    if b"\0" in data:
        raise error(f"{path} is no text; a list of paths, one a line, is expected.")
    text = data.decode("utf-8-sig", "surrogateescape")
    for line in map(str.strip, text.split("\n")):
        if line and not line.startswith("#"):
            yield line
