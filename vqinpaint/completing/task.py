"""One picture of a folder: from its files to the files of its results."""

from __future__ import annotations

import dataclasses
import os
import time
from typing import Any

import numpy as np

from vqinpaint import outputs
from vqinpaint.completing import ownership, result_files, structures
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.picture import complete_picture
from vqinpaint.errors import PictureError
from vqinpaint.files import digests
from vqinpaint.files.regular import open_regular
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.options.request import Request
from vqinpaint.pictures import files
from vqinpaint.pictures.masks import is_missing
from vqinpaint.pictures.picture import Picture
from vqinpaint.reporting import SILENT, Reporter


@dataclasses.dataclass(frozen=True)
class Task:
    """What is wanted of every picture of a folder.

    Attributes:
      request: how it is completed.
      output: existing folder for the results.
      overwrite: complete pictures again whose results are there already.
      reading: bounds on pictures and masks.
    """

    request: Request
    output: str
    overwrite: bool = False
    reading: ReadingOptions = USUAL

    def complete(
        self, image: str, mask: str, engine: Engine, reporter: Reporter = SILENT
    ) -> bool:
        """Completes a picture and writes what came out.

        A picture whose results are there already is left alone: those of the same
        request, made by the same model from the same files, as their digests in the JSON
        say.

        Args:
          image, mask: paths.
          engine: completes squares.
          reporter: told of progress.

        Returns:
          Whether it was done already.

        Raises:
          PictureError: the picture or its mask cannot be used, or would be overwritten.
          Taken, NameTooLong: the results cannot be written.
          ModelError: the model fails.
          OSError: the disk is full or refuses.
        """
        facts, name = self._facts(image, mask, engine), files.stem(image)
        if self._is_done(name, facts):
            return True
        inputs = self._inputs(image, mask).values()
        # What is in the way is told before the work. Afterwards it is looked for again,
        # as another process may have completed the same picture meanwhile.
        ownership.claim(self.output, name, self.request.kept, inputs)
        result, facts = self._completed(image, mask, engine, facts, reporter)
        with outputs.alone(self.output, name):
            if self._is_done(name, facts):
                return True
            claim = ownership.claim(self.output, name, self.request.kept, inputs)
            result_files.write(name, result, facts, claim, reporter)
        if claim.kept:
            reporter.note(outputs.kept_text(claim.kept))
        return False

    def read(self, image: str, mask: str) -> tuple[Picture, np.ndarray, str]:
        """A picture, its mask uint8 [H, W], and what was done to the mask, or "".

        Args:
          image, mask: paths.

        Raises:
          PictureError: one of them cannot be used.
        """
        picture = files.load_picture(image, self.reading)
        height, width = picture.pixels.shape[:2]
        found, changed = files.load_mask(
            mask,
            height,
            width,
            self.request.invert_mask,
            picture.orientation,
            self.reading,
        )
        return picture, found, changed

    def sheet(self, image: str) -> str | None:
        """Path of a picture's contact sheet, where there is one."""
        path = os.path.join(self.output, f"{files.stem(image)}{ownership.SHEET}")
        return path if os.path.exists(path) else None

    def _is_done(self, name, facts):
        if self.overwrite:
            return False
        return ownership.is_done(self.output, name, facts, self.request.kept)

    def _inputs(self, image, mask):
        """Paths of the files that a completion is made from, by what they are."""
        inputs = {"image": image, "mask": mask}
        if self.request.structure_from:
            inputs["structure_from"] = structures.file_of(self.request.structure_from)
        return inputs

    def _facts(self, image, mask, engine) -> dict[str, Any]:
        """What the results depend on, as the JSON begins with it. Raises PictureError."""
        inputs = self._inputs(image, mask)
        fingerprints = {"model": engine.fingerprint}
        for name, path in inputs.items():
            told = f"the {name} {path}"
            open_regular(path, self.reading.most_bytes, told, PictureError).close()
            try:
                fingerprints[name] = digests.of_file(path)
            except OSError as error:
                raise PictureError(
                    f"{path} cannot be read ({error.strerror}); it is needed as {name}."
                ) from None
        if fingerprints["image"] == fingerprints["mask"]:
            raise PictureError(
                f"the mask {mask} is a copy of the image {image}; give a mask that is white "
                "where pixels are missing."
            )
        return {
            "model": engine.name,
            "image": image,
            "mask": mask,
            "options": dataclasses.asdict(self.request),
            "fingerprints": fingerprints,
        }

    def _completed(self, image_path, mask_path, engine, facts, reporter):
        """(`Result`, facts with what came of the work)."""
        start = time.monotonic()
        picture, mask, changed = self.read(image_path, mask_path)
        if changed:
            reporter.note(f"note: {changed}.")
        try:
            result = complete_picture(
                engine,
                picture,
                mask,
                self.request,
                reporter,
                image_path,
                mask_path,
                self.reading,
            )
        except MemoryError:
            size = picture.pixels.nbytes * self.request.num_samples / 1e9
            raise PictureError(
                f"{image_path} needs more memory than there is: {size:.1f} GB for the "
                f"pixels of {self.request.num_samples} completions alone; take fewer "
                "--num_samples, or shrink the picture."
            ) from None
        return result, {
            **facts,
            "missing": float(is_missing(mask).mean()),
            "seconds": round(time.monotonic() - start, 3),
        }
