"""A folder of pictures completed one after another, and what was done before."""

from __future__ import annotations

import collections
import dataclasses
import os
import time
from collections.abc import Sequence

from vqinpaint import outputs
from vqinpaint.completing import ownership, result_files, structures
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.picture import complete_picture
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.files import digests
from vqinpaint.files.lists import is_list
from vqinpaint.files.regular import open_regular
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.options.request import Request
from vqinpaint.options.sharding import WHOLE, Shard
from vqinpaint.pictures import files, pairing
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import SILENT, Reporter


@dataclasses.dataclass
class Summary:
    """What came of a folder.

    Attributes:
      output: folder of the results.
      kept: completions of each picture.
      completed: pictures that were completed now.
      done_already: pictures whose results were there, of the same model and inputs.
      failed: paths of pictures that could not be completed.
      last_sheet: path of the last contact sheet; None where there is none.
    """

    output: str
    kept: int
    completed: int = 0
    done_already: int = 0
    failed: list[str] = dataclasses.field(default_factory=list)
    last_sheet: str | None = None

    def text(self) -> str:
        """All of it in one line, for people."""
        counts = (
            (self.done_already, "picture(s) done already"),
            (self.completed, "picture(s) completed"),
            (len(self.failed), "failed"),
        )
        told = ", ".join(f"{number} {what}" for number, what in counts if number)
        if not told:
            return "no picture belongs to this part."
        look = f"; look at {self.last_sheet}" if self.last_sheet else ""
        return f"{told}; {self.kept} completions each -> {self.output}{look}"

    def check(self) -> None:
        """Raises PictureError where a picture could not be completed."""
        if self.failed:
            total = self.completed + self.done_already + len(self.failed)
            raise PictureError(
                f"{len(self.failed)} of {total} pictures could not be completed, "
                f"{self.failed[0]} the first; see above."
            )


def find_pairs(
    images: str,
    masks: str,
    reporter: Reporter = SILENT,
    reading: ReadingOptions = USUAL,
    shard: Shard = WHOLE,
) -> list[tuple[str, str]]:
    """Paths of every picture and its mask.

    Args:
      images: picture file, folder of pictures, or list of them.
      masks: mask file for all pictures, or folder or list with a mask of each picture's
        name. In the folder of the pictures masks are called NAME_mask.
      reporter: told what of the folders is left out, results of earlier runs included.
      reading: bounds.
      shard: part of the pictures to find; all of them are checked.

    Raises:
      PictureError: a picture or its mask is missing.
      UsageError: two pictures would write the same files.
    """
    paths = files.list_pictures(images, "image", reporter, reading)
    if os.path.isdir(images):
        paths = _without_results(paths, images, reporter)
    if os.path.isdir(images) and pairing.is_same_file(images, masks):
        paths, found = pairing.split_folder(paths)
    else:
        found = files.list_pictures(masks, "mask", reporter, reading)
        if os.path.isdir(masks):
            found = ownership.without_results(found) or found
    if os.path.isdir(images) and len(found) == 1:
        # The mask of all pictures may lie among them.
        paths = [p for p in paths if not pairing.is_same_file(p, found[0])] or paths
    # Many programs and some file systems take both forms of an accent for one.
    stems = collections.Counter(map(pairing.key, paths))
    twice = [stem for stem, count in stems.items() if count > 1]
    if twice:
        raise UsageError(
            f"{images} names several pictures called {twice[0]}, whose results "
            "would overwrite each other; rename all but one."
        )
    for_all = not (os.path.isdir(masks) or is_list(masks))
    pairs = files.match_masks(paths, found, for_all)
    return [pair for pair in pairs if shard.holds(pairing.key(pair[0]))]


def _without_results(paths, folder, reporter):
    kept = ownership.without_results(paths)
    if not kept:
        raise PictureError(
            f"{folder} holds nothing but results of earlier runs; name one of them as "
            "--image to complete it."
        )
    if len(kept) < len(paths):
        reporter.note(
            f"note: {len(paths) - len(kept)} result(s) of earlier runs in {folder} are "
            "left out."
        )
    return kept


def _check_letter_case(images, output):
    """Refuses names that differ in case alone where the file system sees no difference."""
    seen: dict[str, str] = {}
    for image in images:
        name = pairing.key(image).casefold()
        if name in seen and outputs.is_case_blind(output):
            raise UsageError(
                f"the results of {seen[name]} and {image} would overwrite each other in "
                f"{output}, which takes upper and lower case for the same; rename one."
            )
        seen[name] = image


def complete_folder(
    pairs: Sequence[tuple[str, str]],
    engine: Engine,
    request: Request,
    output: str,
    overwrite: bool = False,
    reporter: Reporter = SILENT,
    reading: ReadingOptions = USUAL,
) -> Summary:
    """Completes one picture after another and writes what came out.

    A picture whose results are there already is left alone: those of the same request,
    made by the same model from the same files, as their digests in the JSON say.

    Args:
      pairs: from `find_pairs`.
      engine: completes squares.
      request: what is wanted of each picture.
      output: folder for the results; made if needed.
      overwrite: complete pictures again whose results are there already.
      reporter: told of progress, and of pictures that could not be completed.
      reading: bounds on pictures and masks.

    Raises:
      PictureError: the only picture could not be completed.
      UsageError: the engine cannot answer such a request; two pictures would write the
        same files; or the only picture would write over a file that is none of its
        results.
      DiskError: nothing can be written to the folder.
    """
    engine.check(request)
    outputs.check_folder(output)
    os.makedirs(output, exist_ok=True)
    _check_letter_case([image for image, _ in pairs], output)
    summary = Summary(output, request.kept)
    if pairs:
        reporter.progress("pictures", 0, len(pairs))
    for number, (image, mask) in enumerate(pairs, start=1):
        try:
            facts = _facts(image, mask, engine, request, reading)
            name = files.stem(image)
            if not overwrite and ownership.is_done(output, name, facts, request.kept):
                summary.done_already += 1
            else:
                inputs = _inputs(image, mask, request).values()
                claim = ownership.claim(output, name, request.kept, inputs)
                _complete_one(
                    image, mask, engine, request, claim, facts, reporter, reading
                )
                summary.completed += 1
            sheet = os.path.join(output, f"{name}{ownership.SHEET}")
            # A picture without a hole has none.
            summary.last_sheet = sheet if os.path.exists(sheet) else summary.last_sheet
        except (PictureError, outputs.Taken, outputs.NameTooLong) as error:
            if len(pairs) == 1:
                raise
            reporter.note(f"error: {error}")
            summary.failed.append(image)
        reporter.progress("pictures", number, len(pairs))
    return summary


def _inputs(image, mask, request):
    """Paths of the files that a completion is made from, by what they are needed as."""
    inputs = {"image": image, "mask": mask}
    if request.structure_from:
        inputs["structure_from"] = structures.file_of(request.structure_from)
    return inputs


def _facts(image, mask, engine, request, reading):
    """What the results depend on, as the JSON begins with it. Raises PictureError."""
    inputs = _inputs(image, mask, request)
    fingerprints = {"model": engine.fingerprint}
    for name, path in inputs.items():
        told = f"the {name} {path}"
        open_regular(path, reading.most_bytes, told, PictureError).close()
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
        "options": dataclasses.asdict(request),
        "fingerprints": fingerprints,
    }


def _complete_one(
    image_path, mask_path, engine, request, claim, facts, reporter, reading
):
    start = time.monotonic()
    picture = files.load_picture(image_path, reading)
    mask, changed = files.load_mask(
        mask_path,
        *picture.pixels.shape[:2],
        request.invert_mask,
        picture.orientation,
        reading,
    )
    if changed:
        reporter.note(f"note: {changed}.")
    result = complete_picture(
        engine, picture, mask, request, reporter, image_path, mask_path, reading
    )
    facts = {
        **facts,
        "missing": float(is_missing(mask).mean()),
        "seconds": round(time.monotonic() - start, 3),
    }
    result_files.write(files.stem(image_path), result, facts, claim, reporter)
    if claim.kept:
        reporter.note(
            f"note: {', '.join(claim.kept)} had been changed since vqinpaint wrote them; "
            "what was there is kept beside them as *.bak."
        )
