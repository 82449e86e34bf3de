"""Several files in a folder that belong together, and the index that lists them.

Whose a file is follows from indexes alone: a file may be replaced or removed if an index
of this project lists it, and no other. The index is removed before the first file is
written and comes back after the last, so that whoever finds one finds all that it lists.
In between a journal, a hidden file, takes its place: after a kill it tells the next run
which files it may replace.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from vqinpaint.errors import UserError
from vqinpaint.files import digests
from vqinpaint.files.regular import open_regular
from vqinpaint.outputs.taken import Taken, is_taken
from vqinpaint.outputs.temporaries import PREFIX
from vqinpaint.outputs.writing import move, new_file, write

# Bytes of the largest file that is read as an index.
_LARGEST = 1 << 30


class Index(NamedTuple):
    """A JSON file that lists others in its folder."""

    folder: str
    name: str
    pattern: re.Pattern[str]  # of the names that it may list; others are not believed
    # How every such file begins, by which one that is damaged is known.
    opening: bytes
    # From the value of the JSON to names; raises KeyError, TypeError or AttributeError
    # where the file is somebody else's.
    names_of: Callable[[Any], Iterable[str]]
    # Whether nobody else has files of such names. Then a damaged index, which no longer
    # tells whose the files around it are, stands for all of them; else for itself alone.
    unmistakable: bool = False


class Claim:
    """The right to write files of certain names into a folder, one after another.

      claim = Claim(index, ["cat_00.png"])
      claim.write("cat_00.png", png)
      claim.finish(json)

    Args:
      index: of the files; its folder must exist.
      names: of the files that will be written.

    Raises:
      Taken: a file is there that no index of this project lists.
      NameTooLong: the file system cannot hold one of the names.
      OSError: the disk is full or refuses.
    """

    def __init__(self, index: Index, names: Iterable[str]):
        self._index, self._names = index, set(names)
        self._earlier = claimed_names(index)
        for name in sorted({index.name, *self._names}):
            path = self._path(name)
            if is_taken(path) and (name not in self._earlier or _is_folder(path)):
                raise Taken(path)
        self._begun = False
        self._written: set[str] = set()
        # SHA-256 of what `write` wrote, by name.
        self.digests: dict[str, str] = {}

    def covers(self, path: str) -> bool:
        """Whether the claim replaces or removes the file at `path`."""
        folder, name = os.path.split(os.path.realpath(path))
        ours = {self._index.name} | self._names | self._earlier
        return name in ours and folder == os.path.realpath(self._index.folder)

    def write(self, name: str, data: bytes) -> None:
        """Writes one of the files, whole or not at all. Raises `Taken` and OSError."""
        self._begin()
        write(self._path(name), data, replace=name in self._earlier)
        self._written.add(name)
        self.digests[name] = digests.of_bytes(data)

    def move(self, source: str, name: str) -> None:
        """Moves a file into its place from elsewhere on the disk; see `write`."""
        self._begin()
        move(source, self._path(name), replace=name in self._earlier)
        self._written.add(name)

    def finish(self, index: bytes) -> None:
        """Removes what earlier indexes list beside what was written; writes the new one.

        Args:
          index: its content, which must list all files.
        """
        self._begin()
        for name in self._earlier - self._written - {self._index.name}:
            _remove(self._path(name))
        # What was there is gone, see `_begin`.
        with new_file(self._path(self._index.name)) as file:
            file.write(index)
        forget_journal(self._index)

    def _begin(self):
        """Writes the journal and takes the index away, before the first file."""
        if self._begun:
            return
        self._begun = True
        names = sorted(self._names | self._earlier)
        journal = {"index": self._index.name, "files": names}
        path = _journal_path(self._index)
        write(path, json.dumps(journal).encode(), replace=True)
        _remove(self._path(self._index.name))

    def _path(self, name):
        return os.path.join(self._index.folder, name)


def claimed_names(index: Index) -> set[str]:
    """Names of the files that an index and its journal list, the index among them.

    Of a damaged index see `Index.unmistakable`.
    """
    listed = _listed(index)
    journal = _journaled(index)
    if listed is None and journal is None:
        return set()
    names = map(str, [*(listed or ()), *(journal or ())])
    return {index.name, *filter(index.pattern.fullmatch, names)}


def forget_journal(index: Index) -> None:
    """Removes the journal, whose index is complete."""
    _remove(_journal_path(index))


def read_regular(path: str) -> bytes | None:
    """Content of a regular file; None where there is none of a reasonable size."""
    try:
        with open_regular(path, _LARGEST) as file:
            return file.read()
    except (UserError, OSError):
        return None


def _listed(index):
    data = read_regular(os.path.join(index.folder, index.name))
    if data is None:
        return None
    try:
        return list(index.names_of(json.loads(data)))
    except (ValueError, RecursionError):
        if index.unmistakable:
            is_ours = data.startswith(index.opening) or index.opening.startswith(data)
            return os.listdir(index.folder) if is_ours else None
        return [] if data.startswith(index.opening) else None
    except (KeyError, TypeError, AttributeError):
        return None


def _journaled(index):
    data = read_regular(_journal_path(index))
    try:
        return None if data is None else list(json.loads(data)["files"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _journal_path(index):
    digest = digests.of_bytes(os.fsencode(index.name))
    return os.path.join(index.folder, f"{PREFIX}{digest[:16]}.json")


def _is_folder(path):
    return os.path.isdir(path) and not os.path.islink(path)


def _remove(path):
    if not _is_folder(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
