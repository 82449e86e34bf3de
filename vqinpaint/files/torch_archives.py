"""The zip archives of PyTorch, whose members are stored as they are.

Nothing is decompressed, so that no member is larger than the file, and the table of
contents is bounded before Python's reader makes objects of it.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from typing import BinaryIO

_LARGEST_TABLE = 16 << 20  # bytes; a member takes some hundred
_END, _END_SIZE = b"PK\x05\x06", 22
_END_64, _END_64_SIZE = b"PK\x06\x06", 56
_POINTER, _POINTER_SIZE = b"PK\x06\x07", 20
_LONGEST_COMMENT = 1 << 16


class Archive:
    """A zip archive in which all members lie in one folder, whatever its name.

    Args:
      file: open for reading, and for as long as the archive is used.

    Raises:
      ValueError: says what is wrong with the archive.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._size = os.fstat(file.fileno()).st_size
        _check_table(file, self._size)
        try:
            self._zip = zipfile.ZipFile(file)
            names = self._zip.namelist()
        except Exception as reason:  # zipfile lets through what its parts raise
            raise _damaged(reason) from None
        folders = {name.partition("/")[0] for name in names if "/" in name}
        if len(folders) != 1 or len(names) > len(set(names)):
            raise ValueError("a zip archive, but none that PyTorch wrote")
        self._folder = folders.pop()
        self._names = frozenset(names)

    def has(self, name: str) -> bool:
        """Whether there is a member of that name."""
        return f"{self._folder}/{name}" in self._names

    def read(self, name: str, most_bytes: int) -> bytes:
        """The bytes of a member, once its checksum was compared.

        Raises:
          ValueError: there is none, it is larger, compressed or damaged.
        """
        if not self.has(name):
            raise ValueError(f"the member {name[:100]!r} is missing")
        member = self._zip.getinfo(f"{self._folder}/{name}")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            raise ValueError(f"the member {name[:100]!r} is compressed or encrypted")
        size = member.file_size
        if size != member.compress_size or size > min(most_bytes, self._size):
            raise ValueError(f"the member {name[:100]!r} has {size} bytes")
        try:
            return self._zip.read(member)
        except Exception as reason:
            raise _damaged(reason) from None


def _check_table(file, size):
    """Looks at how long the table of contents is said to be."""
    length = min(size, _LONGEST_COMMENT + 1024)
    file.seek(size - length)
    tail = file.read(length)
    end = tail.rfind(_END)
    if end < 0 or end + _END_SIZE > len(tail):
        raise ValueError("a zip archive without its end; the file may be cut off")
    table = struct.unpack_from("<I", tail, end + 12)[0]
    # Sizes in 64 bits stand in a record before it, and a pointer to that in between.
    place = end - _POINTER_SIZE - _END_64_SIZE
    if end >= _POINTER_SIZE and tail.startswith(_POINTER, end - _POINTER_SIZE):
        pointed = struct.unpack_from("<Q", tail, end - _POINTER_SIZE + 8)[0]
        fits = place >= 0 and tail.startswith(_END_64, place)
        if not fits or pointed != size - length + place:
            raise ValueError("a zip archive whose end is not where it says")
        table = struct.unpack_from("<Q", tail, place + 40)[0]
    if table > _LARGEST_TABLE:
        raise ValueError(f"a zip archive with a table of contents of {table} bytes")


def _damaged(reason):
    known = (zipfile.BadZipFile, zlib.error, EOFError)
    told = str(reason)[:100] if isinstance(reason, known) else type(reason).__name__
    return ValueError(f"the zip archive is damaged ({told})")
