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

    def has_room(self) -> bool:
        """Whether the files are within the bound, once old ones are deleted.

        Files that were written or handed out within two minutes stay. What is deleted and
        shown again is copied here again.
        """
        files = []
        for parent, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(parent, name)
                with contextlib.suppress(OSError):
                    found = os.lstat(path)
                    files.append((found.st_ctime, found.st_size, path))
        used = sum(size for _, size, _ in files)
        for written, size, path in sorted(files):
            if used <= self._most or time.time() - written < _FRESH:
                break
            with contextlib.suppress(OSError):
                os.remove(path)
                used -= size
        return used <= self._most
