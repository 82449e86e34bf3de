"""The picture files that a flag names, and what of a folder is left out."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterable

from vqinpaint.errors import PictureError
from vqinpaint.files.lists import is_list, read_list
from vqinpaint.files.regular import open_regular
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures.formats import SUFFIXES
from vqinpaint.reporting import SILENT, Reporter

# What is left out of a folder, in the order in which it is told: one, several.
_SUBFOLDER = ("subfolder", "subfolders")
_HIDDEN = ("hidden file", "hidden files")
_OTHER = ("file that is no picture by its name", "files that are no pictures by name")


def list_pictures(
    path: str,
    what: str = "image",
    reporter: Reporter = SILENT,
    reading: ReadingOptions = USUAL,
) -> list[str]:
    """The picture files that a flag names: itself, a folder's, sorted, or a list's.

    Args:
      path: of a picture; of a folder, whose subfolders are not searched; or of a list
        (`files.lists`), whose files are looked at when they are read.
      what: what to call it in messages: "image" or "mask".
      reporter: told in one line what of the folder is left out.
      reading: bounds.

    Raises:
      PictureError: no such file, no regular one, or a folder or list without pictures.
    """
    if is_list(path):
        return _listed_pictures(path, what)
    if not os.path.isdir(path):
        if not path:
            raise PictureError(f"the {what} (none given) does not exist.")
        open_regular(
            path, reading.most_bytes, f"the {what} {path}", PictureError
        ).close()
        return [path]
    found, left_out = [], collections.defaultdict(list)
    for name in sorted(os.listdir(path)):
        kind = _kind(path, name)
        if kind is None:
            found.append(os.path.join(path, name))
        else:
            left_out[kind].append(name)
    told = _told(left_out)
    if not found:
        raise PictureError(
            f"the {what} folder {path} holds no picture ({', '.join(SUFFIXES)}"
            f"{f'), only {told}' if told else ')'}; put some there or name another folder."
        )
    if told:
        reporter.note(f"note: left out of the {what} folder {path}: {told}.")
    return found


def _listed_pictures(path, what):
    found = read_list(path, PictureError)
    if not found:
        raise PictureError(
            f"the {what} list {path} names no picture; write one path a line."
        )
    return found


def stem(path: str) -> str:
    """The name of a file without its folder and suffix."""
    return os.path.splitext(os.path.basename(path))[0]


def listed(count: int, kind: tuple[str, str], examples: Iterable[str]) -> str:
    """So many things of a kind for people: "3 files (a, b, ...)".

    Args:
      count: how many.
      kind: its name for one and for several.
      examples: their names, of which the first two are shown.
    """
    names = list(examples)[:2]
    dots = ", ..." if count > len(names) else ""
    return f"{count} {kind[count != 1]} ({', '.join(names)}{dots})"


def _kind(folder, name):
    """Why a file is left out; None for pictures."""
    is_picture = name.lower().endswith(SUFFIXES)
    if name.startswith("."):
        # macOS writes ._cat.png beside cat.png where a disk has no room for its notes.
        return _HIDDEN if is_picture else ()
    if os.path.isdir(os.path.join(folder, name)):
        return _SUBFOLDER
    return None if is_picture else _OTHER


def _told(left_out):
    return ", ".join(
        listed(len(left_out[kind]), kind, left_out[kind])
        for kind in (_SUBFOLDER, _HIDDEN, _OTHER)
        if left_out[kind]
    )
