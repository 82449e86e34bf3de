"""Several files in a folder that belong together, and the index that lists them.

Whose a file is follows from indexes alone: a file may be replaced or removed if an index
of this project lists it, and no other. One that was changed since, by the SHA-256 that
the index says, is kept beside it as NAME.bak. The index is removed before the first file
is written and comes back after the last, so that whoever finds one finds all that it
lists. In between a journal, a hidden file, takes its place: after a kill it tells the next
run which files it may replace.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Union

from vqinpaint.errors import UserError
from vqinpaint.files import digests
from vqinpaint.files.regular import read_regular
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
    # From the value of the JSON to names, or to {name: SHA-256 of the file}; raises
    # KeyError, TypeError or AttributeError where the file is somebody else's.
    names_of: Callable[[Any], Union[Iterable[str], Mapping[str, str]]]
    # Whether nobody else has files of such names. Then a damaged index, which no longer
    # tells whose the files around it are, stands for all of them; else for itself alone.
    unmistakable: bool = False
    # Whether a file, by its path, is cut or damaged, so that nobody needs it any more.
    is_damaged: Callable[[str], bool] = lambda path: False


class Claim:
    """The right to write files of certain names into a folder, one after another.

      claim = Claim(index, ["cat_00.png"])
      claim.write("cat_00.png", png)
      claim.finish(json)

    Args:
      index: of the files; its folder must exist.
      names: of the files that will be written.

    Attributes:
      digests: SHA-256 of what `write` wrote, by name.
      kept: names of files that somebody had changed, now called NAME.bak or alike.

    Raises:
      Taken: a file is there that no index of this project lists.
      NameTooLong: the file system cannot hold one of the names.
      OSError: the disk is full or refuses.
    """

    def __init__(self, index: Index, names: Iterable[str]):
        self._index, self._names = index, set(names)
        self._earlier = _known(index)
        for name in sorted({index.name, *self._names}):
            path = self._path(name)
            if is_taken(path) and (name not in self._earlier or _is_folder(path)):
                raise Taken(path)
        self._begun = False
        self._journal: dict[str, list[str] | None] = {}
        self._written: set[str] = set()
        self.digests: dict[str, str] = {}
        self.kept: list[str] = []

    def covers(self, path: str) -> bool:
        """Whether the claim replaces or removes the file at `path`."""
        folder, name = os.path.split(os.path.realpath(path))
        ours = {self._index.name, *self._names, *self._earlier}
        return name in ours and folder == os.path.realpath(self._index.folder)

    def write(self, name: str, data: bytes) -> None:
        """Writes one of the files, whole or not at all. Raises `Taken` and OSError."""
        self._begin()
        self.digests[name] = digests.of_bytes(data)
        self._announce(name, self.digests[name])
        self._keep_changed(name)
        write(self._path(name), data, replace=name in self._earlier)
        self._written.add(name)

    def move(self, source: str, name: str) -> None:
        """Moves a file into its place from elsewhere on the disk; see `write`."""
        self._begin()
        self._announce(name, None)
        self._keep_changed(name)
        move(source, self._path(name), replace=name in self._earlier)
        self._written.add(name)

    def finish(self, index: bytes) -> None:
        """Removes what earlier indexes list beside what was written; writes the new one.

        Args:
          index: its content, which must list all files.
        """
        self._begin()
        for name in self._earlier.keys() - self._written - {self._index.name}:
            self._keep_changed(name)
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
        self._journal = {
            name: None if known is None else sorted(known)
            for name, known in self._earlier.items()
        }
        self._write_journal()
        _remove(self._path(self._index.name))

    def _announce(self, name, digest):
        """Tells the next run of a file that is about to be written."""
        known = self._journal.get(name, [])
        anything = digest is None or known is None
        self._journal[name] = None if anything else [*known, digest]
        self._write_journal()

    def _write_journal(self):
        journal = {"index": self._index.name, "files": self._journal}
        path = _journal_path(self._index)
        write(path, json.dumps(journal).encode(), replace=True)

    def _keep_changed(self, name):
        """Gives what somebody made of one of our files another name."""
        path, known = self._path(name), self._earlier.get(name)
        # Links and pipes hold nothing themselves.
        if known is None or name in self._written or not _is_plain_file(path):
            return
        # Files of ours may have changed places.
        ours = set().union(*(known for known in self._earlier.values() if known))
        if digests.of_file(path) in ours or self._index.is_damaged(path):
            return
        for number in itertools.count():
            with contextlib.suppress(Taken):
                move(path, f"{path}.bak{number or ''}")
                self.kept.append(name)
                return

    def _path(self, name):
        return os.path.join(self._index.folder, name)


def kept_text(names: Iterable[str]) -> str:
    """A note of the files that `Claim.kept` names."""
    return (
        f"note: {', '.join(names)} had been changed since vqinpaint wrote them; what was "
        "there is kept beside them as *.bak."
    )


def claimed_names(index: Index) -> set[str]:
    """Names of the files that an index and its journal list, the index among them.

    Of a damaged index see `Index.unmistakable`.
    """
    return set(_known(index))


def _known(index) -> dict[str, set[str] | None]:
    """{name: digests that the file may have, or None where any will do}."""
    found: dict[str, set[str] | None] = {}
    for source in (_listed(index), _journaled(index)):
        if source is None:
            continue
        found[index.name] = None
        if not isinstance(source, Mapping):
            source = dict.fromkeys(map(str, source))
        for name, known in source.items():
            if not index.pattern.fullmatch(name):
                continue
            if known is None or found.get(name, ()) is None:
                found[name] = None
            else:
                # Of an index or a journal that somebody changed anything may come.
                more = [known] if isinstance(known, str) else known
                more = more if isinstance(more, list) else []
                found[name] = {*(found.get(name) or ()), *map(str, more)}
    return found


def forget_journal(index: Index) -> None:
    """Removes the journal, whose index is complete."""
    _remove(_journal_path(index))


def read_or_none(path: str) -> bytes | None:
    """Content of a regular file; None where there is none of a reasonable size."""
    try:
        return read_regular(path, _LARGEST)
    except UserError:
        return None


def _listed(index):
    data = read_or_none(os.path.join(index.folder, index.name))
    if data is None:
        return None
    try:
        found = index.names_of(json.loads(data))
        return found if isinstance(found, Mapping) else list(found)
    except (ValueError, RecursionError):
        if not data.startswith(index.opening):
            return None
        return os.listdir(index.folder) if index.unmistakable else []
    except (KeyError, TypeError, AttributeError):
        return None


def _journaled(index):
    data = read_or_none(_journal_path(index))
    try:
        if data is None:
            return None
        found = json.loads(data)["files"]
        # Those of earlier versions are lists.
        return found if isinstance(found, dict) else list(found)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _journal_path(index):
    digest = digests.of_bytes(os.fsencode(index.name))
    return os.path.join(index.folder, f"{PREFIX}{digest[:16]}.json")


def _is_plain_file(path):
    return os.path.isfile(path) and not os.path.islink(path)


def _is_folder(path):
    return os.path.isdir(path) and not os.path.islink(path)


def _remove(path):
    if not _is_folder(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
