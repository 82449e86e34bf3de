"""SHA-256 of files and of bytes, as hexadecimal text."""

from __future__ import annotations

import hashlib
import os


def of_file(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's content, read in pieces of one MiB.

    Args:
      path: file to read.

    Returns:
      64 lower-case hexadecimal digits, as `sha256sum` prints them.

    Raises:
      OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def of_bytes(data: bytes) -> str:
    """SHA-256 of bytes in memory; see `of_file` for the form of the result."""
    return hashlib.sha256(data).hexdigest()
