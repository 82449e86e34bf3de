"""Whether a name is free, and the errors about one that cannot be had."""

from __future__ import annotations

import errno
import os

from vqinpaint.errors import UsageError

# What a file system says of a name that it cannot hold.
_IMPOSSIBLE = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


class Taken(UsageError):
    """A file is in the way that this project did not write."""

    def __init__(self, path: str):
        super().__init__(
            f"{path} exists and is not a file that vqinpaint wrote; move it away or "
            "choose another output."
        )


class NameTooLong(UsageError):
    """The file system cannot hold a file of this name."""

    def __init__(self, path: str, reason: str):
        super().__init__(
            f"{path} cannot be the name of a file there ({reason}); give the input a "
            "shorter or simpler name, or choose another output."
        )


def is_taken(path: str) -> bool:
    """Whether anything is there, a link that leads nowhere included.

    Raises:
      NameTooLong: the file system cannot hold such a name.
      OSError: it cannot be looked at.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno in _IMPOSSIBLE:
            raise NameTooLong(path, str(error.strerror)) from None
        raise
    return True
