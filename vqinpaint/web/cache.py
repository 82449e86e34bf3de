"""The folder in which Gradio keeps what it was sent and what it shows, within a bound.

Gradio itself deletes files by their age alone.
"""

from __future__ import annotations

import contextlib
import os
import time

# Seconds in which a file is surely fetched, or read by a handler.
_FRESH = 120.0


class Cache:
    """Deletes the oldest files where there are too many.

    Args:
      folder: of the files; it may be missing.
      most_bytes: of all files together.
    """

    def __init__(self, folder: str, most_bytes: int):
        self.folder, self._most = folder, most_bytes
        self._lasting: frozenset[str] = frozenset()

    def keep_present(self) -> None:
        """What is there now, such as the page's examples, is never deleted."""
        self._lasting = frozenset(path for _, _, path in self._files())

    def has_room(self) -> bool:
        """Whether the files are within the bound, once old ones are deleted.

        Files that were written or handed out within two minutes stay. What is deleted and
        shown again is copied here again.
        """
        files = [file for file in self._files() if file[2] not in self._lasting]
        used = sum(size for _, size, _ in files)
        for written, size, path in sorted(files):
            if used <= self._most or time.time() - written < _FRESH:
                break
            with contextlib.suppress(OSError):
                os.remove(path)
                used -= size
        return used <= self._most

    def _files(self):
        """(time of writing, size, path) of each; those that go meanwhile do not count."""
        for parent, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(parent, name)
                with contextlib.suppress(OSError):
                    found = os.lstat(path)
                    yield found.st_ctime, found.st_size, path
