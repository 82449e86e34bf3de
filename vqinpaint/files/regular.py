"""The one way in which files of users are opened: regular files, of bounded size.

Opening a named pipe waits for a writer who may never come, and a device may have no end.
Both, and sockets, are refused before they are opened.
"""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from vqinpaint.errors import UserError

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# Where a path was exchanged for a pipe after the look at it, this does not wait for it.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(
    path: str,
    most_bytes: int,
    told: str = "",
    error: type[UserError] = UserError,
) -> BinaryIO:
    """Opens a regular file, or a link to one, for reading.

    Args:
      path: of the file.
      most_bytes: size in bytes of the largest file that is opened.
      told: what to call it in messages, such as "the mask hole.png"; by default "the file"
        and its path.
      error: kind of `UserError` to raise.

    Raises:
      UserError: of the kind `error`; nothing is there, it is no regular file, it is
        larger, or may not be read.
    """
    told = told or f"the file {path}"
    try:
        _check(os.stat(path), most_bytes, told, error)
        file = open(os.open(path, _FLAGS), "rb")
    except FileNotFoundError:
        raise error(f"{told} does not exist.") from None
    except (OSError, ValueError) as reason:
        why = getattr(reason, "strerror", None) or reason
        raise error(f"{told} cannot be read ({why}).") from None
    try:
        _check(os.fstat(file.fileno()), most_bytes, told, error)
    except UserError:
        file.close()
        raise
    return file


def read_regular(
    path: str,
    most_bytes: int,
    told: str = "",
    error: type[UserError] = UserError,
) -> bytes:
    """The content of a regular file; arguments and errors are those of `open_regular`.

    No more is read than the size that the file system tells, which is 0 for the endless
    files of /proc.
    """
    with open_regular(path, most_bytes, told, error) as file:
        try:
            return file.read(os.fstat(file.fileno()).st_size)
        except OSError as reason:
            told = told or f"the file {path}"
            raise error(f"{told} cannot be read ({reason.strerror}).") from None


def is_regular(path: str | os.PathLike[str]) -> bool:
    """Whether a regular file, or a link to one, is there."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def megabytes(size: int) -> str:
    """A number of bytes for people: "3 MB", "5,000 MB"."""
    return f"{max(1, round(size / 1e6)):,} MB"


def _check(status, most_bytes, told, error):
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        found = _KINDS.get(kind, "something else")
        raise error(f"{told} is {found}; a regular file is needed.")
    if status.st_size > most_bytes:
        raise error(
            f"{told} has {megabytes(status.st_size)}; at most "
            f"{megabytes(most_bytes)} are read."
        )
