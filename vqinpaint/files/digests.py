"""SHA-256 of files and of bytes, as hexadecimal text."""

from __future__ import annotations

import errno
import hashlib
import os

from vqinpaint.files.regular import is_regular


def of_file(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's content, read in pieces of one MiB.

    Args:
      path: file to read.

    Returns:
      64 lower-case hexadecimal digits, as `sha256sum` prints them.

    Raises:
      OSError: the file cannot be read, or is none with an end, such as a device.
    """
    digest = hashlib.sha256()
    if os.path.exists(path) and not is_regular(path):
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    with open(path, "rb") as file:
        # Some files of /proc have no end, or wait for one; their size is 0.
        left = os.fstat(file.fileno()).st_size
        while left > 0 and (chunk := file.read(min(left, 1 << 20))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def of_bytes(data: bytes) -> str:
    """SHA-256 of bytes in memory; see `of_file` for the form of the result."""
    return hashlib.sha256(data).hexdigest()
