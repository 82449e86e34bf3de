"""The folder of one visitor: where files are put, counted and taken away."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

from vqinpaint.errors import UsageError


class Storage:
    """A folder with numbered folders in it, so that names of files never meet.

    Args:
      parent: existing folder.
    """

    def __init__(self, parent: str):
        self._folder = tempfile.mkdtemp(prefix="visitor-", dir=parent)
        self._places = 0
        self._is_closed = False

    def new(self) -> str:
        """Path of a new, empty folder. Raises UsageError after `close`."""
        self.require_open()
        self._places += 1
        folder = os.path.join(self._folder, str(self._places))
        os.makedirs(folder)
        return folder

    @contextlib.contextmanager
    def kept_on_success(self, folder: str) -> Iterator[None]:
        """Removes a folder of `new` where the block fails or `close` was called in it.

        Raises:
          UsageError: `close` was called, and the block ended without an error.
        """
        try:
            yield
            self.require_open()
        except BaseException:
            self.remove(folder)
            if self._is_closed:  # what was under way may have made it anew
                self.close()
            raise

    def remove(self, folder: str) -> None:
        """Deletes a folder of `new`, as far as it is there."""
        shutil.rmtree(folder, ignore_errors=True)

    def require_open(self) -> None:
        """Raises UsageError after `close`."""
        if self._is_closed:
            raise UsageError("this visit has ended; load the page again.")

    def close(self) -> None:
        """Deletes everything."""
        self._is_closed = True
        shutil.rmtree(self._folder, ignore_errors=True)


def size_of(folder: str) -> int:
    """Bytes of all files below a folder; files that go meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size
    return total
