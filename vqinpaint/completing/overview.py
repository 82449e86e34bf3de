"""One sheet of all pictures of a folder, each beside its completions."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vqinpaint import outputs
from vqinpaint.completing import marked, ownership
from vqinpaint.completing.task import Task
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.options.sharding import WHOLE, Shard
from vqinpaint.pictures import files, pairing, png, sheets
from vqinpaint.reporting import SILENT, Reporter

FLAG = "--overview"
_CELL, _GAP = 128, 6
# Within what all viewers open.
MOST_COLUMNS, MOST_ROWS = 24, 120


def check(
    path: str, pairs: Sequence[tuple[str, str]], output: str, shard: Shard = WHOLE
) -> None:
    """Makes sure that a sheet can be written, and over nothing but an earlier sheet.

    Args:
      path: of the sheet.
      pairs: pictures to complete, and their masks.
      output: folder of the results.
      shard: part of the pictures that is completed.

    Raises:
      UsageError: it is no PNG, has the name of a result, is wanted of a part alone, or a
        file is in its place that is no sheet, or one that was changed since.
      DiskError: nothing can be written there.
    """
    if not path.lower().endswith(".png"):
        raise UsageError(f"{FLAG}={path}: give the name of a PNG file.")
    if shard != WHOLE:
        raise UsageError(
            f"{FLAG} shows all pictures, of which --shard completes a part; when all parts "
            "are done, the same command without --shard draws the sheet."
        )
    folder, name = os.path.split(path)
    stems = {files.stem(image) for image, _ in pairs}
    if ownership.stem_of_result(name) in stems and pairing.is_same_file(
        folder or os.curdir, output
    ):
        raise UsageError(
            f"{FLAG}={path} is the name of a result; give the sheet another name."
        )
    outputs.check_file(path, marked.is_unchanged, FLAG)


def write(
    path: str,
    pairs: Sequence[tuple[str, str]],
    task: Task,
    reporter: Reporter = SILENT,
) -> None:
    """Writes a sheet: a row for each picture, with its hole and then its completions.

    A picture that cannot be read any more is left out.

    Args:
      path: of the sheet, which passed `check`; its folder is made if needed.
      pairs: pictures that have been completed, and their masks. Without any there is no
        sheet.
      task: of their results.
      reporter: told of progress, and of what is not shown.

    Raises:
      Taken: a file is there that is no sheet, or one that was changed since.
      OSError: the disk is full or refuses.
    """
    shown = min(task.request.kept, MOST_COLUMNS)
    rows = []
    for pair in reporter.each("rows of the overview", pairs[:MOST_ROWS]):
        try:
            rows.append(_row(*pair, task, shown))
        except PictureError as error:
            reporter.note(f"note: {pair[0]} is not on {path}: {error}")
    if not rows:
        reporter.note(f"note: no picture was completed, so {path} is not written.")
        return
    sheet = marked.marked(png.encoded(sheets.grid(rows, cell=_CELL, gap=_GAP)))
    os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
    outputs.write(path, sheet, replace=marked.is_unchanged(path))
    reporter.note(
        f"{path} shows {len(rows)} of {len(pairs)} pictures, {shown} of "
        f"{task.request.kept} completions of each."
    )


def _row(image, mask, task, shown):
    """Cells of one picture, of which None is a gap: the holed picture, completions."""
    picture, missing, _ = task.read(image, mask)
    names = [ownership.sample_name(files.stem(image), i) for i in range(shown)]
    completed = [
        files.load_image(os.path.join(task.output, name), task.reading)
        for name in names
    ]
    holed = sheets.holed(picture.pixels, missing)
    return [_cell(holed), None, *map(_cell, completed)]


def _cell(picture):
    """A picture of any shape in the middle of a white square."""
    scale = _CELL / max(picture.shape[:2])
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    small = Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (_CELL, _CELL), "white")
    square.paste(small, ((_CELL - width) // 2, (_CELL - height) // 2))
    return np.asarray(square)
