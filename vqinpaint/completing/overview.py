"""One sheet of all pictures of a folder, each beside its completions."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image, PngImagePlugin

from vqinpaint import outputs
from vqinpaint.completing.ownership import sample_name
from vqinpaint.completing.task import Task
from vqinpaint.errors import UsageError
from vqinpaint.files import digests
from vqinpaint.pictures import files, png, sheets
from vqinpaint.pictures.pairing import is_same_file
from vqinpaint.reporting import SILENT, Reporter

FLAG = "--overview"
_CELL, _GAP = 128, 6
# Within what all viewers open.
MOST_COLUMNS, MOST_ROWS = 24, 120
# The text of the PNG that holds a digest of its pixels.
_MARK = "vqinpaint-overview"


def check(path: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Makes sure that a sheet can be written, and over nothing but an earlier sheet.

    Args:
      path: of the sheet.
      pairs: pictures and masks.

    Raises:
      UsageError: it is no PNG, lies among the pictures or masks, or somebody else's file
        is in its place.
      DiskError: nothing can be written there.
    """
    if not path.lower().endswith(".png"):
        raise UsageError(f"{FLAG}={path}: give the name of a PNG file.")
    outputs.check_file(path, is_sheet, FLAG)
    folder = os.path.dirname(path) or os.curdir
    inputs = {os.path.dirname(file) or os.curdir for pair in pairs for file in pair}
    if any(is_same_file(folder, other) for other in inputs):
        raise UsageError(
            f"{FLAG}={path} lies among the pictures or masks, and the next run would take "
            "it for one of them; choose another folder."
        )


def write(
    path: str,
    pairs: Sequence[tuple[str, str]],
    task: Task,
    reporter: Reporter = SILENT,
) -> None:
    """Writes a sheet: a row for each picture, with its hole and then its completions.

    Args:
      path: of the sheet, which passed `check`; its folder is made if needed.
      pairs: pictures that have been completed, and their masks. Without any there is no
        sheet.
      task: of their results.
      reporter: told of progress and of what does not fit.

    Raises:
      PictureError: a picture or a mask cannot be read any more.
      Taken: somebody's file is there.
      OSError: a completion is gone, or the disk is full.
    """
    if not pairs:
        return
    shown = min(task.request.kept, MOST_COLUMNS)
    if len(pairs) > MOST_ROWS or shown < task.request.kept:
        reporter.note(
            f"note: {path} shows {min(len(pairs), MOST_ROWS)} of {len(pairs)} pictures "
            f"and {shown} of {task.request.kept} completions of each."
        )
    steps = reporter.each("rows of the overview", pairs[:MOST_ROWS])
    rows = [_row(*pair, task, shown) for pair in steps]
    sheet = sheets.grid(rows, cell=_CELL, gap=_GAP)
    marks = PngImagePlugin.PngInfo()
    marks.add_text(_MARK, _digest(sheet))
    os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
    outputs.write(path, png.encoded(sheet, marks), replace=is_sheet(path))
    reporter.note(f"all of them on one sheet: {path}")


def is_sheet(path: str) -> bool:
    """Whether a file is a sheet that `write` wrote and that nobody changed since."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            told = image.info.get(_MARK)
            return bool(told) and told == _digest(np.asarray(image))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def _digest(sheet):
    return digests.of_bytes(np.ascontiguousarray(sheet).tobytes())


def _row(image, mask, task, shown):
    """Cells of one picture, of which None is a gap: the holed picture, completions."""
    picture = files.load_picture(image, task.reading)
    missing, _ = files.load_mask(
        mask,
        *picture.pixels.shape[:2],
        task.request.invert_mask,
        picture.orientation,
        task.reading,
    )
    name = files.stem(image)
    completed = [
        files.load_image(os.path.join(task.output, sample_name(name, i)), task.reading)
        for i in range(shown)
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
