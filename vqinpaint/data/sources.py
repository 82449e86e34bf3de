"""Where pictures come from on their way into records.

A source is an iterable of `Item`s. Pictures of folders and lists are read later, in
parallel; those of archives (`archives.py`) and TensorFlow Datasets come with their bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from vqinpaint.data.archives import items_of, open_tar
from vqinpaint.data.items import Item
from vqinpaint.errors import DataError, first_line
from vqinpaint.files import lists
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures.listing import listed
from vqinpaint.reporting import SILENT, Reporter

_HIDDEN = ("hidden file or folder", "hidden files and folders")
_TWICE = ("linked folder", "linked folders")


def from_path(
    path: str, reporter: Reporter = SILENT, reading: ReadingOptions = USUAL
) -> tuple[Iterable[Item], int | None]:
    """The pictures of a folder, a tar file, or a text file that lists paths.

    Args:
      path: an existing folder or file; its content decides which of the three it is.
      reporter: told what is left out.
      reading: bounds on what is read of an archive.

    Returns:
      (items, how many there are; None for a tar file, which does not tell).

    Raises:
      DataError: nothing is there, a folder without files, or a file of another kind.
        A damaged tar file raises it only when the items are read.
    """
    if os.path.isdir(path):
        items = from_folder(path, reporter)
        if not items:
            raise DataError(f"the folder {path} is empty; it should hold pictures.")
        return items, len(items)
    archive = open_tar(path)
    if archive is not None:
        return items_of(archive, path, reporter, reading), None
    items = from_list(path)
    return items, len(items)


def from_folder(folder: str, reporter: Reporter = SILENT) -> list[Item]:
    """All files below a folder, sorted by folder and name, without hidden files.

    Files that are no pictures are among them, so that the user is told of each. Links to
    folders are followed; each folder is read once, also where links go round in circles.

    Args:
      folder: where to begin.
      reporter: told how many hidden files, and folders met again, are left out.
    """
    names: list[str] = []
    hidden: list[str] = []
    again: list[str] = []
    met = {_identity(folder)}
    for root, folders, files in os.walk(folder, followlinks=True):
        entered = []
        for name in sorted(folders):
            path = os.path.join(root, name)
            identity = _identity(path)
            if name.startswith("."):
                hidden.append(path)
            elif identity in met:
                again.append(path)
            else:
                met.add(identity)
                entered.append(name)
        folders[:] = entered
        for name in sorted(files):
            (hidden if name.startswith(".") else names).append(os.path.join(root, name))
    told = [
        listed(len(paths), kind, (os.path.relpath(path, folder) for path in paths))
        for kind, paths in ((_HIDDEN, hidden), (_TWICE, again))
        if paths
    ]
    if told:
        reporter.note(f"note: left out of {folder}: {', '.join(told)}.")
    return [Item(name) for name in names]


def from_list(path: str) -> list[Item]:
    """The files that a text file names; see `files.lists`.

    Raises:
      DataError: the file is no text.
    """
    return [Item(name) for name in lists.read_list(path)]


def from_tfds(name: str, split: str, folder: str | None) -> tuple[Iterator[Item], int]:
    """The encoded pictures of a TensorFlow Datasets data set, feature "image".

    Args:
      name: of the data set, such as "celeb_a_hq/256".
      split: of the data set, such as "train" or "train[:1000]".
      folder: its `data_dir`; None for the default.

    Returns:
      (items, how many there are).

    Raises:
      DataError: TensorFlow Datasets does not have it or cannot prepare it.
    """
    import tensorflow_datasets as tfds

    try:
        data, info = tfds.load(
            name,
            split=split,
            data_dir=folder,
            with_info=True,
            decoders={"image": tfds.decode.SkipDecoding()},
        )
    except Exception as error:
        first = first_line(error)
        raise DataError(
            f"TensorFlow Datasets cannot give '{name}' split '{split}': {first}"
        ) from None
    count = info.splits[split].num_examples

    def pictures():
        for i, example in enumerate(tfds.as_numpy(data)):
            label = example.get("image/filename", example.get("file_name", b""))
            yield Item(os.fsdecode(label) or f"{name}/{i:08d}", example["image"])

    return pictures(), count


def _identity(folder):
    """What two paths to one folder have in common."""
    try:
        status = os.stat(folder)
    except OSError:
        return folder
    return status.st_dev, status.st_ino
