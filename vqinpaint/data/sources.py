"""Where pictures come from on their way into records.

A source is an iterable of `Item`s. Pictures of folders and lists are read later, in
parallel; those of archives and TensorFlow Datasets come with their bytes.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vqinpaint.errors import DataError, first_line


class Item(NamedTuple):
    """A file that should hold a picture."""

    name: str  # path, or name within an archive
    data: bytes | None = None  # its content; None: read the file `name`


def from_path(path: str) -> tuple[Iterable[Item], int | None]:
    """The pictures of a folder, a tar file, or a text file that lists paths.

    Args:
      path: an existing folder or file; its content decides which of the three it is.

    Returns:
      (items, how many there are; None for a tar file, which does not tell).

    Raises:
      DataError: nothing is there, a folder without files, or a file of another kind.
        A damaged tar file raises it only when the items are read.
    """
    if os.path.isdir(path):
        items = from_folder(path)
        if not items:
            raise DataError(f"the folder {path} is empty; it should hold pictures.")
        return items, len(items)
    if not os.path.isfile(path):
        raise DataError(f"--input={path} is neither a folder nor a file.")
    if tarfile.is_tarfile(path):
        return from_tar(path), None
    try:
        items = from_list(path)
    except UnicodeDecodeError:
        raise DataError(
            f"{path} is neither a tar file nor a text list of paths."
        ) from None
    return items, len(items)


def from_folder(folder: str) -> list[Item]:
    """All files below a folder, sorted by folder and name, without hidden files.

    Files that are no pictures are among them, so that the user is told of each.
    """
    names = []
    for root, folders, files in os.walk(folder):
        folders.sort()
        names += [os.path.join(root, f) for f in sorted(files) if not f.startswith(".")]
    return [Item(name) for name in names]


def from_list(path: str) -> list[Item]:
    """The files that a text file names, one a line; `#` begins a comment line.

    A relative name is looked up from the current folder, then beside the list.

    Raises:
      UnicodeDecodeError: the file is not UTF-8 text.
    """
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    beside = os.path.dirname(os.path.abspath(path))
    return [
        Item(line if os.path.exists(line) else os.path.join(beside, line))
        for line in lines
        if line and not line.startswith("#")
    ]


def from_tar(path: str) -> Iterator[Item]:
    """The files in a tar archive, in its order, read one at a time.

    Raises:
      DataError: the archive is damaged or incomplete.
    """
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is not None:
                    yield Item(member.name, file.read())
    except (tarfile.TarError, EOFError) as error:
        raise DataError(
            f"{path} cannot be read as a tar file ({error}); is it complete?"
        ) from None


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
            yield Item(label.decode() or f"{name}/{i:08d}", example["image"])

    return pictures(), count
