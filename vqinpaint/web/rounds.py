"""One round of completions: the files that `vqinpaint.inpaint` writes, and their archive."""

from __future__ import annotations

import dataclasses
import os
import zipfile
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from vqinpaint import outputs
from vqinpaint.completing import ownership
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.folder import complete_folder
from vqinpaint.errors import PictureError
from vqinpaint.files.json_files import read_json
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.options.request import Request
from vqinpaint.pictures import files, png
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import Reporter

# Longest side of the pictures that the page shows; downloads are as large as they are.
_PREVIEW = 1024
_LARGEST_RECORD = 256 << 20


@dataclasses.dataclass(frozen=True)
class Inputs:
    """Paths of the files that a round is made from.

    Attributes:
      picture, mask: what is completed.
      structure: result whose structure is given; "" where structures are drawn.
    """

    picture: str
    mask: str
    structure: str = ""


@dataclasses.dataclass(frozen=True)
class Round:
    """What came of one request.

    Attributes:
      number: 1 for the first round of a visitor.
      inputs: what was completed.
      folder: holds what `vqinpaint.inpaint` writes for them.
      record: its JSON; paths of this machine are left out.
    """

    number: int
    inputs: Inputs
    folder: str
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """How the names of its files begin."""
        return files.stem(self.inputs.picture)

    @property
    def title(self) -> str:
        """For the history: "2: cat_00, 4 results"."""
        return f"{self.number}: {self.name}, {len(self.record['samples'])} result(s)"

    @property
    def captions(self) -> list[str]:
        """What to call each completion: "1: seed 0, 108 bits"."""
        given = self.record["options"]["structure_from"]
        return [
            f"{number}: {'given structure' if given else _caption(sample)}"
            for number, sample in enumerate(self.record["samples"], start=1)
        ]

    @property
    def next_seed(self) -> int:
        """The first seed after all those that were drawn."""
        options = self.record["options"]
        return options["seed"] + options["num_samples"]

    def completion(self, index: int) -> str:
        """Path of a completion."""
        return self._path(self.record["samples"][index]["file"])

    def previews(self) -> list[str]:
        """Paths of the completions, of large ones in a smaller size."""
        return [
            _preview(self.completion(index), os.path.join(self.folder, "previews"))
            for index in range(len(self.record["samples"]))
        ]

    def structure(self, index: int) -> str:
        """What `structure_from` of a `Request` calls the structure of a completion."""
        return f"{self.json}:{index}"

    @property
    def json(self) -> str:
        """Path of the record."""
        return self._path(f"{self.name}.json")

    @property
    def maps(self) -> list[tuple[str, str]]:
        """(path, title) of contact sheet and entropy map, as far as there are any."""
        named = (
            (ownership.SHEET, "structures, and the completions made of them"),
            (ownership.ENTROPY, "entropy: where the model was uncertain"),
        )
        paths = [(self._path(self.name + end), title) for end, title in named]
        return [pair for pair in paths if os.path.exists(pair[0])]

    def archive(self) -> str:
        """Path of a ZIP archive of all inputs and results; made once."""
        path = os.path.join(os.path.dirname(self.folder), f"{self.name}.zip")
        if not os.path.exists(path):
            inside = [*filter(None, dataclasses.astuple(self.inputs)), self.json]
            inside += [self._path(name) for name in self.record["files"]]
            # Two tabs of a visitor may ask for it at the same time.
            with outputs.new_file(path, replace=True) as file:
                with zipfile.ZipFile(file, "w") as archive:
                    for one in inside:
                        archive.write(one, os.path.basename(one))
        return path

    def core(self, index: int, share: float) -> np.ndarray:
        """The inner part of the hole: uint8 [H, W], 255 in that share of its pixels."""
        height, width = files.load_image(self.completion(index)).shape[:2]
        mask, _ = files.load_mask(self.inputs.mask, height, width)
        depth = ndimage.distance_transform_edt(is_missing(mask))
        order = np.argsort(-depth, axis=None, kind="stable")
        wanted = max(1, round(share * np.count_nonzero(depth)))
        core = np.zeros(depth.size, np.uint8)
        core[order[:wanted]] = 255
        return core.reshape(depth.shape)

    def _path(self, name):
        return os.path.join(self.folder, name)


def complete_round(
    number: int,
    inputs: Inputs,
    folder: str,
    engine: Engine,
    request: Request,
    reporter: Reporter,
    reading: ReadingOptions,
) -> Round:
    """Completes a picture by what `vqinpaint.inpaint` calls.

    Args:
      number: of the round.
      inputs: what is completed. A structure is that of `request.structure_from`, too.
      folder: for the results; made if needed.
      engine, request, reporter, reading: as of `completing.folder.complete_folder`.

    Raises:
      PictureError, UsageError, ModelError: as of `complete_folder`.
    """
    pair = inputs.picture, inputs.mask
    complete_folder([pair], engine, request, folder, True, reporter, reading)
    path = os.path.join(folder, f"{files.stem(inputs.picture)}.json")
    record = read_json(path, _LARGEST_RECORD, PictureError)
    record["image"], record["mask"] = map(os.path.basename, pair)
    given = record["options"]["structure_from"]
    record["options"]["structure_from"] = given and os.path.basename(given)
    outputs.write_json(path, record, replace=True)
    return Round(number, inputs, folder, record)


def _caption(sample):
    told = [f"seed {sample['seed']}"]
    if sample["bits"] is not None:
        told.append(f"{sample['bits']:.0f} bits")
    if sample["texture_bits"] is not None:
        told.append(f"{sample['texture_bits']:.0f} bits of texture")
    if sample["discriminator"] is not None:
        told.append(f"realism {sample['discriminator']:.2f}")
    return ", ".join(told)


def _preview(path, folder):
    with Image.open(path) as image:
        if max(image.size) <= _PREVIEW:
            return path
        os.makedirs(folder, exist_ok=True)
        smaller = os.path.join(folder, os.path.basename(path))
        if not os.path.exists(smaller):
            image.thumbnail((_PREVIEW, _PREVIEW))
            outputs.write(smaller, png.encoded(image))
    return smaller
