"""Pictures of tar files, which may be damaged, or made to do harm.

Nothing is unpacked to disk. A header may name any size, and describe files with holes of
any size: what is read at once is bounded before it is read.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from vqinpaint.data.items import Item
from vqinpaint.errors import DataError, first_line
from vqinpaint.files.regular import megabytes, open_regular
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures.listing import listed
from vqinpaint.reporting import SILENT, Reporter

# Bytes of the longest name or header extension; file systems end at some thousand.
_LONGEST_HEADER = 16 << 20
# The tar file itself may have any size.
_ANY_SIZE = 1 << 62
_HIDDEN = ("hidden file", "hidden files")
_LINKS = ("link or device", "links and devices")
# A few bytes of them may stand for any number of zeros.
_SPARSE = ("file with holes", "files with holes")


class BoundedTar(tarfile.TarFile):
    """A tar file of which no piece larger than `_LONGEST_HEADER` is read at once.

    Python reads a header extension whole, of whatever size it says it is.
    """

    source: BinaryIO  # what was opened, which `tarfile` leaves open

    def __init__(self, name: Any = None, mode: Any = "r", fileobj: Any = None, **more):
        super().__init__(name, mode, _Bounded(fileobj), **more)


class _Bounded:
    """A file that reads no large piece."""

    def __init__(self, file: BinaryIO):
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase`. Raises ReadError for too large a piece."""
        if size < 0 or size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {megabytes(max(size, 0))}")
        return self._file.read(size)

    def __getattr__(self, name):
        return getattr(self._file, name)


def open_tar(path: str) -> BoundedTar | None:
    """Opens a tar file, compressed or not; None for a file of another kind.

    Raises:
      DataError: nothing is there, or no regular file.
    """
    file = open_regular(path, _ANY_SIZE, f"the input {path}", DataError)
    try:
        archive = BoundedTar.open(None, "r:*", file)
    except Exception:  # tarfile and the decompressors raise errors of many kinds
        file.close()
        return None
    archive.source = file
    return archive


def items_of(
    archive: BoundedTar,
    path: str,
    reporter: Reporter = SILENT,
    reading: ReadingOptions = USUAL,
) -> Iterator[Item]:
    """The files in a tar archive, in its order, read one at a time.

    Args:
      archive: from `open_tar`; closed at the end.
      path: of the archive, for messages.
      reporter: told at the end how many members are left out.
      reading: bounds; larger files are not read, and their items say so.

    Raises:
      DataError: the archive is damaged or incomplete.
    """
    hidden: list[str] = []
    links: list[str] = []
    sparse: list[str] = []
    with archive.source, archive:
        for member in _members(archive, path):
            if member.isdir():
                continue
            if member.issparse():
                sparse.append(member.name)
            elif not member.isfile():
                links.append(member.name)
            elif any(part.startswith(".") for part in _parts(member.name)):
                hidden.append(member.name)
            else:
                yield _item(archive, member, path, reading)
    told = [
        listed(len(names), kind, names)
        for kind, names in ((_HIDDEN, hidden), (_LINKS, links), (_SPARSE, sparse))
        if names
    ]
    if told:
        reporter.note(f"note: left out of {path}: {', '.join(told)}.")


def _members(archive, path):
    while True:
        try:
            member = archive.next()
        except Exception as error:  # of many kinds, as in `open_tar`
            raise _damaged(path, error) from None
        if member is None:
            return _check_end(archive, path)
        yield member
        archive.members = []  # what was read is not needed again


def _check_end(archive, path):
    """Python takes a damaged header for the end, which is a block of zeros or nothing."""
    try:
        archive.fileobj.seek(archive.offset)
        block = archive.fileobj.read(tarfile.BLOCKSIZE)
    except Exception as error:
        raise _damaged(path, error) from None
    if block.strip(b"\0"):
        raise _damaged(path, f"no header at byte {archive.offset:,}")
    while block:  # to the end of the file, which may hold another archive
        try:
            block = archive.fileobj.read(1 << 20)
        except Exception as error:
            raise _damaged(path, error) from None
        if block.strip(b"\0"):
            raise DataError(
                f"{path} holds further data after the end of its archive; give each "
                "archive as a file of its own."
            )


def _parts(name):
    """Folders and name of a member; "." and ".." are not hidden."""
    return [part for part in name.split("/") if part.strip(".")]


def _item(archive, member, path, reading):
    if not 0 <= member.size <= reading.most_bytes:
        reason = (
            f"it has {megabytes(member.size)}; at most {megabytes(reading.most_bytes)} "
            "are read"
        )
        return Item(member.name, reason=reason)
    try:
        file = archive.extractfile(member)
        pieces = []
        while file and (piece := file.read(1 << 20)):
            pieces.append(piece)
        return Item(member.name, b"".join(pieces))
    except Exception as error:
        raise _damaged(path, error) from None


def _damaged(path, error):
    return DataError(
        f"{path} cannot be read as a tar file ({first_line(error)[:120]}); is it complete?"
    )
