"""A folder of pictures completed one after another, and what was done before."""

from __future__ import annotations

import collections
import dataclasses
import os
from collections.abc import Sequence

from vqinpaint import outputs
from vqinpaint.completing import ownership
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.task import Task
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.files.lists import is_list
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.options.request import Request
from vqinpaint.options.sharding import WHOLE, Shard
from vqinpaint.pictures import files, pairing
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

    def add(self, image: str, was_done: bool, task: Task) -> None:
        """Counts a picture, by what `Task.complete` returned for it."""
        if was_done:
            self.done_already += 1
        else:
            self.completed += 1
        # A picture without a hole has none.
        self.last_sheet = task.sheet(image) or self.last_sheet

    def done(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of the pictures and masks whose results are there."""
        failed = set(self.failed)
        return [pair for pair in pairs if pair[0] not in failed]

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


def prepare(pairs: Sequence[tuple[str, str]], engine: Engine, task: Task) -> None:
    """Makes sure that pictures can be completed and their results be written.

    Args:
      pairs: from `find_pairs`.
      engine: completes squares.
      task: what is wanted; its folder is made.

    Raises:
      UsageError: the engine cannot answer such a request, or two pictures would write
        the same files.
      DiskError: nothing can be written to the folder.
    """
    engine.check(task.request)
    outputs.check_folder(task.output)
    os.makedirs(task.output, exist_ok=True)
    _check_letter_case([image for image, _ in pairs], task.output)


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
    task = Task(request, output, overwrite, reading)
    prepare(pairs, engine, task)
    summary = Summary(output, request.kept)
    if pairs:
        reporter.progress("pictures", 0, len(pairs))
    for number, (image, mask) in enumerate(pairs, start=1):
        try:
            summary.add(image, task.complete(image, mask, engine, reporter), task)
        except (PictureError, outputs.Taken, outputs.NameTooLong) as error:
            if len(pairs) == 1:
                raise
            reporter.note(f"error: {error}")
            summary.failed.append(image)
        reporter.progress("pictures", number, len(pairs))
    return summary
