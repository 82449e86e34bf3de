"""Whether results can be written to a place, asked before any work is done."""

from __future__ import annotations

import os
from collections.abc import Callable

from vqinpaint.errors import DiskError, UsageError
from vqinpaint.outputs.taken import Taken, is_taken
from vqinpaint.outputs.temporaries import new_temporary, sweep

# A full disk still has room for empty files.
_PROBE = bytes(4096)


def check_folder(folder: str, flag: str = "--output") -> None:
    """Makes sure that files can be written to a folder, by writing one.

    Where the folder does not exist yet, that is tried in the one above it, so that
    nothing is left if the command then fails. What killed processes left behind is swept
    away.

    Args:
      folder: need not exist.
      flag: what the user knows it by.

    Raises:
      UsageError: a file or a link without an end is in its place or above it, or its
        name is impossible.
      DiskError: the disk is full or refuses.
    """
    try:
        existing = _existing(folder, flag)
        sweep(existing)
        with new_temporary(existing) as (_, file):
            file.write(_PROBE)
            file.flush()
    except OSError as error:
        raise DiskError(
            f"{flag}={folder} cannot be written to ({error.strerror}); free some space, "
            "allow access, or choose another folder."
        ) from None


def check_file(
    path: str, is_ours: Callable[[str], bool], flag: str = "--output"
) -> None:
    """Makes sure that a file can be written, and that it is nobody else's.

    Args:
      path: of the file; neither it nor its folder need exist.
      is_ours: whether the file at a path is one that may be replaced.
      flag: what the user knows it by.

    Raises:
      UsageError: a folder or somebody's file is in its place.
      DiskError: the disk is full or refuses.
    """
    if os.path.isdir(path) or not os.path.basename(path):
        raise UsageError(f"{flag}={path} is a folder; name a file in it.")
    check_folder(os.path.dirname(path) or os.curdir, flag)
    if is_taken(path) and not (os.path.isfile(path) and is_ours(path)):
        raise Taken(path)


def is_case_blind(folder: str) -> bool:
    """Whether names in a folder that differ in upper and lower case alone are the same."""
    with new_temporary(folder) as (path, _):
        return os.path.lexists(os.path.join(folder, os.path.basename(path).upper()))


def _existing(folder, flag):
    """The folder itself, or the nearest one above it that exists."""
    is_taken(folder)  # the whole path may be too long, although each name is not
    path, names = os.path.abspath(folder), []
    while not os.path.isdir(path):
        if os.path.islink(path):
            raise UsageError(
                f"{flag}={folder}: {path} is a link to {os.readlink(path)}, which is no "
                "folder; make that folder or choose another one."
            )
        if os.path.lexists(path):
            raise UsageError(
                f"{flag}={folder}: {path} is a file, not a folder; choose another one."
            )
        path, name = os.path.split(path)
        names.append(name)
    for name in names:
        is_taken(os.path.join(path, name))  # raises where such a name is impossible
    return path
