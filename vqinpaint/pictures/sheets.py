"""Sheets that people look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from vqinpaint.pictures.masks import is_missing

# The shade of a hole on sheets.
HOLE_GREY = 127
# Sides and pixels of a sheet that all viewers open; more is left out.
_LONGEST, _PIXELS = 16_384, 64_000_000
_CAPTION = 16  # pixels of height


def holed(image, mask):
    """The picture with its hole in plain grey, as a person should see the task."""
    return np.where(is_missing(mask[..., None]), np.uint8(HOLE_GREY), image)


def _cell_size(top, cell, gap):
    """(width, height) of a picture on the sheet."""
    scale = cell / max(top.shape[:2])
    height, width = (max(1, round(side * scale)) for side in top.shape[:2])
    return width, height


def columns_that_fit(top: np.ndarray, rows: int, cell: int = 192, gap: int = 6) -> int:
    """How many columns a contact sheet may have; see `contact_sheet`."""
    width, height = (side + gap for side in _cell_size(top, cell, gap))
    across = (_LONGEST - gap) // width
    band = rows * height + _CAPTION
    room = min(_LONGEST, _PIXELS // (across * width + gap)) - height - gap
    return across * max(1, room // band)


def contact_sheet(
    top: np.ndarray,
    columns: Sequence[Sequence[np.ndarray]],
    captions: Sequence[str],
    cell: int = 192,
    gap: int = 6,
) -> np.ndarray:
    """The paper's Figure 1: the task above, below it each structure over its completion.

    Columns that do not fit beside each other go on below.

    Args:
      top: uint8 [H, W, 3], the holed picture.
      columns: uint8 pictures of each column, from top to bottom; at most
        `columns_that_fit` of them.
      captions: one line of text per column.
      cell: longest side of a picture on the sheet.
      gap: pixels between them.

    Returns:
      uint8 [h, w, 3].
    """
    size = _cell_size(top, cell, gap)
    across = min(len(columns), (_LONGEST - gap) // (size[0] + gap))
    width = across * (size[0] + gap) + gap
    band = len(columns[0]) * (size[1] + gap) + _CAPTION
    first = size[1] + gap
    height = first + -(-len(columns) // across) * band + gap
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)

    def put(picture, x, y):
        picture = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
        sheet.paste(picture, (x, y))

    put(top, (width - size[0]) // 2, gap)
    for i, (pictures, caption) in enumerate(zip(columns, captions)):
        x = gap + i % across * (size[0] + gap)
        y = first + i // across * band
        for row, picture in enumerate(pictures):
            put(picture, x, y + gap + row * (size[1] + gap))
        draw.text((x, y + band + gap - _CAPTION), caption, fill="black")
    return np.asarray(sheet)


def grid(
    rows: Sequence[Sequence[np.ndarray | None]],
    labels: Sequence[str] = (),
    heads: Sequence[str] = (),
    cell: int = 128,
    gap: int = 6,
) -> np.ndarray:
    """A table of square pictures.

    Args:
      rows: uint8 [S, S, 3] pictures of each row; None leaves a narrow gap.
      labels: text left of each row, or none at all.
      heads: text above each picture of the first row, or none at all.
      cell: side of a picture on the sheet.
      gap: pixels between them.

    Returns:
      uint8 [h, w, 3].
    """
    left, top = (86 if labels else gap), (20 if heads else gap)
    width = max(
        sum(gap + (cell if p is not None else gap) for p in row) for row in rows
    )
    sheet = Image.new("RGB", (left + width, top + len(rows) * (cell + gap)), "white")
    pen = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        x, y = left, top + number * (cell + gap)
        if labels:
            pen.text((gap, y + cell // 2 - 6), labels[number], fill="black")
        texts = iter(heads if not number else ())
        for picture in row:
            if picture is None:
                x += 2 * gap
                continue
            sheet.paste(Image.fromarray(picture).resize((cell, cell)), (x, y))
            pen.text((x, 4), next(texts, ""), fill="black")
            x += cell + gap
    return np.asarray(sheet)


# Dark to bright, evenly readable in grey too.
_HEAT = np.array(
    [[12, 8, 40], [90, 20, 110], [190, 55, 85], [250, 140, 40], [255, 245, 170]]
)


def heat_map(bits, height, width, top=None):
    """Bits per code as colours: float [h, w] -> uint8 [height + 18, width, 3].

    The strip below names the ends of the scale. Small pictures are enlarged by a whole
    factor, so that it can be read, unless they are too long for that.
    """
    factor = max(1, min(-(-256 // width), _LONGEST // max(height, width)))
    height, width = height * factor, width * factor
    top = max(float(bits.max()) if top is None else top, 1e-6)
    place = np.clip(bits / top, 0, 1) * (len(_HEAT) - 1)
    low = np.minimum(place.astype(int), len(_HEAT) - 2)
    share = (place - low)[..., None]
    colours = _HEAT[low] * (1 - share) + _HEAT[low + 1] * share
    picture = Image.fromarray(colours.astype(np.uint8)).resize(
        (width, height), Image.Resampling.NEAREST
    )
    sheet = Image.new("RGB", (width, height + 18), "white")
    sheet.paste(picture, (0, 0))
    mean = f"0 to {top:.1f} bits a code, mean {bits.mean():.2f}"
    ImageDraw.Draw(sheet).text((2, height + 3), mean, fill="black")
    return np.asarray(sheet)
