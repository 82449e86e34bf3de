r"""Paths that TensorFlow takes as they are.

TensorFlow looks for checkpoints, and for the weights of SavedModels, by patterns: a
folder called "[x]" or "a\b" is then not found, and one called "a*b" may be another. Names
that are not UTF-8 it does not take at all. A symbolic link of a plain name leads there.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile

_PATTERN = frozenset("*?[]\\")


def plain_path(path: str) -> str:
    """A path to the same file or folder that TensorFlow does not take for a pattern.

    Links stay until the process ends, because TensorFlow may come back to a path.

    Args:
      path: of a file, a folder, or files that begin alike, such as a checkpoint's; its
        folder must exist.

    Returns:
      `path` itself where it is plain.
    """
    if _is_plain(path):
        return path
    # Not os.path.abspath, which takes ".." after a link for the folder of the link.
    path = os.path.join(os.getcwd(), path.rstrip(os.sep))
    folder, name = os.path.split(path)
    if not _is_plain(name) and os.path.isdir(path):
        return _link(path)
    return os.path.join(_link(folder), name)


def _is_plain(path):
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not _PATTERN.intersection(path) and "://" not in path


def _link(folder):
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    link = os.path.join(_links().name, digest)
    if not os.path.lexists(link):
        os.symlink(folder, link)
    return link


@functools.cache
def _links():
    return tempfile.TemporaryDirectory(prefix="vqinpaint-")
