"""Sheets that people look at."""

import numpy as np
from PIL import Image, ImageDraw

from vqinpaint.pictures.masks import is_missing

# The shade of a hole on sheets.
HOLE_GREY = 127


def holed(image, mask):
    """The picture with its hole in plain grey, as a person should see the task."""
    return np.where(is_missing(mask[..., None]), np.uint8(HOLE_GREY), image)


def contact_sheet(top, columns, captions, cell=192, gap=6):
    """The paper's Figure 1: the task above, below it each structure over its completion.

    Args:
      top: uint8 [H, W, 3], the holed picture.
      columns: list of lists of uint8 pictures, from top to bottom.
      captions: one line of text per column.
      cell: longest side of a picture on the sheet.
      gap: pixels between them.

    Returns:
      uint8 [h, w, 3].
    """
    scale = cell / max(top.shape[:2])
    size = (max(1, round(top.shape[1] * scale)), max(1, round(top.shape[0] * scale)))
    caption_height = 16
    width = len(columns) * (size[0] + gap) + gap
    rows = 1 + len(columns[0])
    height = rows * (size[1] + gap) + gap + caption_height
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)

    def put(picture, x, row):
        picture = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
        sheet.paste(picture, (x, gap + row * (size[1] + gap)))

    put(top, (width - size[0]) // 2, 0)
    for i, (pictures, caption) in enumerate(zip(columns, captions)):
        x = gap + i * (size[0] + gap)
        for row, picture in enumerate(pictures, start=1):
            put(picture, x, row)
        draw.text((x, height - caption_height), caption, fill="black")
    return np.asarray(sheet)


# Dark to bright, evenly readable in grey too.
_HEAT = np.array(
    [[12, 8, 40], [90, 20, 110], [190, 55, 85], [250, 140, 40], [255, 245, 170]]
)


def heat_map(bits, height, width, top=None):
    """Bits per code as colours: float [h, w] -> uint8 [height + 18, width, 3].

    The strip below names the ends of the scale. Small pictures are enlarged by a whole
    factor, so that it can be read.
    """
    factor = -(-256 // width)
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
