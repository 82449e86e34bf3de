"""One process at a time, where several may write the same files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from vqinpaint.files import digests
from vqinpaint.outputs.temporaries import NO_LINK, PREFIX, SUFFIX

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_OPEN = os.O_RDWR | os.O_CREAT | NO_LINK


@contextlib.contextmanager
def alone(folder: str, name: str) -> Iterator[None]:
    """Waits until no other process or thread is in such a block of that folder and name.

    A killed process holds nothing. Where the file system or the operating system has no
    locks, there is no waiting.

    Args:
      folder: must exist; a hidden file is there as long as the block takes.
      name: of what is written.

    Raises:
      OSError: the disk is full or refuses.
    """
    digest = digests.of_bytes(os.fsencode(name))
    path = os.path.join(folder, f"{PREFIX}{digest[:16]}{SUFFIX}")
    descriptor = _locked(path)
    try:
        yield
    finally:
        # Before the lock is given up, so that nobody else's file is removed.
        with contextlib.suppress(OSError):
            os.unlink(path)
        os.close(descriptor)


def _locked(path):
    """A descriptor of the locked file at that path."""
    while True:
        descriptor = os.open(path, _OPEN, 0o666)
        if fcntl is None:
            return descriptor
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            return descriptor
        # Whoever held it before may have removed the file that was opened.
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        os.close(descriptor)
