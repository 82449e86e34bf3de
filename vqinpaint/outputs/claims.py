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
import stat
from collections.abc import Callable, Iterable
from typing import Any

from vqinpaint import digests
from vqinpaint.outputs.taken import Taken, is_taken
from vqinpaint.outputs.temporaries import PREFIX
from vqinpaint.outputs.writing import move, new_file, write

# From the bytes of an index to the names that it lists; None: it is somebody else's.
Reader = Callable[[bytes], "Iterable[str] | None"]


class Claim:
    """The right to write files of certain names into a folder, one after another.

      claim = Claim("out", "cat.json", ["cat_00.png"], read_index)
      claim.write("cat_00.png", png)
      claim.finish(index)

    Args:
      folder: must exist.
      index: name of the file that lists the others.
      names: of the files that will be written.
      read: see `Reader`.

    Raises:
      Taken: a file is there that no index of this project lists.
      NameTooLong: the file system cannot hold one of the names.
      OSError: the disk is full or refuses.
    """

    def __init__(self, folder: str, index: str, names: Iterable[str], read: Reader):
        self._folder, self._index, self._names = folder, index, set(names)
        self._earlier = claimed_names(folder, index, read)
        for name in sorted({index, *self._names}):
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
        ours = {self._index} | self._names | self._earlier
        return name in ours and folder == os.path.realpath(self._folder)

    def begin(self, meanwhile: bytes | None = None) -> None:
        """Writes the journal and takes the index away; the first `write` does so too.

        Args:
          meanwhile: what the index says until `finish`; None takes it away.
        """
        if self._begun:
            return
        self._begun = True
        names = sorted({self._index} | self._names | self._earlier)
        journal = {"index": self._index, "files": names}
        write(self._journal, json.dumps(journal).encode(), replace=True)
        if meanwhile is None:
            _remove(self._path(self._index))
        else:
            write(self._path(self._index), meanwhile, replace=True)

    def write(self, name: str, data: bytes) -> None:
        """Writes one of the files, whole or not at all. Raises `Taken` and OSError."""
        self.begin()
        write(self._path(name), data, replace=name in self._earlier)
        self._written.add(name)
        self.digests[name] = digests.of_bytes(data)

    def move(self, source: str, name: str) -> None:
        """Moves a file into its place from elsewhere on the disk; see `write`."""
        self.begin()
        move(source, self._path(name), replace=name in self._earlier)
        self._written.add(name)

    def finish(self, index: bytes, remove: bool = True) -> None:
        """Writes the index, which must list all files.

        Args:
          index: its content.
          remove: whether to remove first what earlier indexes list and this claim has
            not written.
        """
        self.begin()
        if remove:
            for name in self._earlier - self._written - {self._index}:
                _remove(self._path(name))
        # What was there is gone or is this claim's own, see `begin`.
        with new_file(self._path(self._index), replace=True) as file:
            file.write(index)
        _remove(self._journal)

    def _path(self, name):
        return os.path.join(self._folder, name)

    @property
    def _journal(self):
        return _journal_path(self._folder, self._index)


def claimed_names(folder: str, index: str, read: Reader) -> set[str]:
    """Names of the files that an index and its journal list, the index among them.

    Args:
      folder, index, read: as of `Claim`.
    """
    found: set[str] = set()
    sources = (
        (os.path.join(folder, index), read),
        (_journal_path(folder, index), None),
    )
    for path, reader in sources:
        data = read_regular(path)
        names = None if data is None else (reader or _read_journal)(data)
        if names is not None:
            found |= {index, *names}
    return {name for name in found if name == os.path.basename(name) and name}


def names_in_json(
    data: bytes, opening: bytes, names_of: Callable[[Any], Iterable[str]]
) -> Iterable[str] | None:
    """What an index lists that is a JSON file; see `Reader`.

    Args:
      data: its content.
      opening: how every such file begins, by which one that was cut off is known.
      names_of: from its value to names; raises KeyError, TypeError or AttributeError
        where the file is somebody else's.

    Returns:
      The names; none for a damaged file of ours, which no longer tells whose the files
      around it are; None for somebody else's.
    """
    try:
        return names_of(json.loads(data))
    except (ValueError, RecursionError):
        return [] if data.startswith(opening) else None
    except (KeyError, TypeError, AttributeError):
        return None


def forget_journal(folder: str, index: str) -> None:
    """Removes a journal whose index is complete, which a kill left at the last moment."""
    _remove(_journal_path(folder, index))


def read_regular(path: str) -> bytes | None:
    """Content of a regular file; None where there is none that can be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _journal_path(folder, index):
    digest = digests.of_bytes(os.fsencode(index))
    return os.path.join(folder, f"{PREFIX}{digest[:16]}.json")


def _read_journal(data):
    try:
        return [str(name) for name in json.loads(data)["files"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_folder(path):
    return os.path.isdir(path) and not os.path.islink(path)


def _remove(path):
    if not _is_folder(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
