"""Reads TensorFlow 1 checkpoints: variables by name, without a graph."""

from __future__ import annotations

import os

import numpy as np

from vqinpaint.errors import ModelError
from vqinpaint.files import digests
from vqinpaint.runs.bundles import Bundle
from vqinpaint.runs.checkpoints import pointed_to


class TF1Checkpoint:
    """The newest checkpoint of a folder, or the one that a path names.

    Args:
      path: folder with a `checkpoint` file, or a prefix such as folder/model.ckpt.

    Attributes:
      prefix: of the checkpoint's files.
      shapes: of all variables, by name.

    Raises:
      ModelError: nothing is there, it is damaged, or the file `checkpoint` points outside
        its folder, where TensorFlow would follow it.
    """

    def __init__(self, path: str):
        self.prefix = _find(path)
        self._bundle = Bundle(self.prefix)
        self.shapes = self._bundle.shapes

    def read(self, name: str) -> np.ndarray:
        """The value of a variable, whose checksum is verified.

        Raises:
          ModelError: it is damaged.
        """
        return self._bundle.read(name)

    def verify(self) -> None:
        """Reads every variable once, also those that are not used.

        Raises:
          ModelError: one of them is damaged.
        """
        self._bundle.verify()

    def files(self) -> dict[str, str]:
        """SHA-256 of each of the checkpoint's files, by "FOLDER/NAME"."""
        folder, name = os.path.split(os.path.abspath(self.prefix))
        return {
            f"{os.path.basename(folder)}/{file}": digests.of_file(
                os.path.join(folder, file)
            )
            for file in sorted(os.listdir(folder))
            if file == f"{name}.index" or file.startswith(f"{name}.data-")
        }


def _find(path):
    """The prefix of the checkpoint's files."""
    if os.path.isfile(f"{path}.index"):
        return path
    if not os.path.isdir(path):
        raise ModelError(
            f"{path} is neither a folder nor a checkpoint; name the folder with the "
            "files checkpoint, model.ckpt.index and model.ckpt.data-00000-of-00001."
        )
    prefixes = [f[: -len(".index")] for f in os.listdir(path) if f.endswith(".index")]
    pointer = os.path.join(path, "checkpoint")
    if os.path.isfile(pointer):
        return os.path.join(path, _follow(pointer, path, prefixes))
    if len(prefixes) == 1:
        return os.path.join(path, prefixes[0])
    found = f"{len(prefixes)} of them" if prefixes else "none"
    raise ModelError(
        f"{path} has no file 'checkpoint' that names a checkpoint, and {found} inside; "
        "name the files by their prefix, such as DIR/model.ckpt."
    )


def _follow(pointer, folder, prefixes):
    """The prefix that a `checkpoint` file names, relative to its folder."""
    named = pointed_to(folder)
    if not named:
        raise ModelError(
            f"{pointer} cannot be read; name the files by their prefix, such as "
            f"{os.path.join(folder, 'model.ckpt')}."
        )
    root = os.path.abspath(folder)
    named = os.path.join(folder, named)  # which stays as it is if it is absolute
    inside = os.path.relpath(os.path.abspath(named), root)
    if inside.startswith(os.pardir):
        hint = os.path.join(folder, prefixes[0] if prefixes else "model.ckpt")
        raise ModelError(
            f"{pointer} points outside its folder, to {named}; that is not followed. "
            f"Name the files by their prefix, such as {hint}."
        )
    if inside not in prefixes and not os.path.isfile(f"{named}.index"):
        raise ModelError(
            f"{pointer} names {named}, but {named}.index does not exist; copy or "
            "download it again."
        )
    return inside
