"""Files and folders under construction, beside the place where they will go.

Their names are short, begin with `PREFIX` and cannot be guessed; they are made
exclusively, so that no file of that name and no link is ever followed. Each is locked as
long as its process lives. What a killed process left behind is therefore known by its
lock, and removed when the next one writes there.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows; what a killed process left behind stays there
    fcntl = None  # type: ignore[assignment]

PREFIX, SUFFIX = ".vqinpaint-", ".tmp"
# Windows has neither links to follow by accident nor these flags.
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | NO_LINK
_LOOK = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | NO_LINK


@contextlib.contextmanager
def new_folder(parent: str) -> Iterator[str]:
    """An empty folder inside `parent`, which is made if needed.

    Yields:
      Its path. What was not renamed by the end of the block is removed.

    Raises:
      OSError: it cannot be made.
    """
    os.makedirs(parent, exist_ok=True)
    sweep(parent)
    descriptor, path = _made(parent, _make_folder)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


@contextlib.contextmanager
def new_temporary(folder: str) -> Iterator[tuple[str, BinaryIO]]:
    """An empty file in `folder`.

    Yields:
      Its path, and the file opened for reading and writing. It is removed if it was not
      renamed by the end of the block.

    Raises:
      OSError: it cannot be made.
    """
    descriptor, path = _made(folder, lambda path: os.open(path, _NEW, 0o666))
    with open(descriptor, "w+b") as file:
        try:
            yield path, file
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def sweep(folder: str) -> None:
    """Removes from `folder` what killed processes were writing there."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(PREFIX) and name.endswith(SUFFIX):
                with contextlib.suppress(OSError):
                    _remove_orphan(os.path.join(folder, name))


def _make_folder(path):
    os.mkdir(path)
    return os.open(path, _LOOK)


def _made(folder, make):
    """(descriptor, path) of what `make(path)` opened, locked."""
    while True:
        path = os.path.join(folder, f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}")
        try:
            descriptor = make(path)
        except FileExistsError:
            continue
        # Some file systems have no locks; what is left there stays.
        with contextlib.suppress(OSError):
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Another process may have swept it away before it was locked.
        if os.path.lexists(path):
            return descriptor, path
        os.close(descriptor)


def _remove_orphan(path):
    """Removes what is there if no living process holds its lock. Raises OSError."""
    descriptor = os.open(path, _LOOK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    finally:
        os.close(descriptor)
