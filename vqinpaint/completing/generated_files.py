"""The files that pictures from nothing leave behind."""

from __future__ import annotations

import re

import numpy as np

from vqinpaint import outputs
from vqinpaint.completing.generating import Generated
from vqinpaint.pictures import png, sheets
from vqinpaint.pictures.png_chunks import is_whole

SHEET, INDEX = "generated_sheet.png", "generated.json"
_NAMES = re.compile(r"generated_(\d{3,}|sheet)\.png")
_OPENING = b'{\n  "model": '
# Pictures in a row of the sheet at most, which is 16,384 pixels at 1024x1024.
_ACROSS = 8


def picture_name(number: int) -> str:
    """File name of a picture, counted from 0."""
    return f"generated_{number:03d}.png"


def check(folder: str, number: int) -> None:
    """Makes sure before the work that `number` pictures can be written into a folder.

    Raises:
      Taken, NameTooLong, OSError: see `outputs.Claim`.
    """
    _claim(folder, number)


def _claim(folder, number):
    def names_of(facts):
        facts["model"], facts["pictures"]  # noqa: B018
        return dict(facts["files"])

    index = outputs.Index(
        *(folder, INDEX, _NAMES, _OPENING, names_of),
        is_damaged=lambda path: not is_whole(path),
    )
    return outputs.Claim(index, [SHEET, *map(picture_name, range(number))])


def write(result: Generated, facts: dict, folder: str) -> list[str]:
    """Writes all pictures, a sheet of them and the JSON, which is written last.

    What another process has written into the folder meanwhile is replaced as a whole.

    Args:
      result: what to write.
      facts: entries that begin the JSON, "model" first.
      folder: where to; it exists.

    Returns:
      `outputs.Claim.kept`.

    Raises:
      Taken, NameTooLong, OSError: see `outputs.Claim`.
    """
    with outputs.alone(folder, INDEX):
        claimed = _claim(folder, len(result.pictures))
        _write(result, facts, claimed)
    return claimed.kept


def _write(result, facts, claimed):
    for i, picture in enumerate(result.pictures):
        claimed.write(picture_name(i), png.encoded(picture))
    claimed.write(SHEET, png.encoded(sheet(result.pictures)))
    values = {**result.found.scores}
    if result.scores is not None:
        values["score"] = result.scores
    pictures = [
        {
            "seed": int(seed),
            "file": picture_name(i),
            **{name: round(float(own[i]), 4) for name, own in values.items()},
        }
        for i, seed in enumerate(result.seeds)
    ]
    claimed.finish(
        outputs.as_json(
            {
                **facts,
                "drawn": result.drawn,
                "files": claimed.digests,
                "pictures": pictures,
            }
        )
    )


def sheet(pictures: np.ndarray, gap: int = 2) -> np.ndarray:
    """Pictures side by side on white, in rows of at most eight.

    Args:
      pictures: uint8 [N, S, S, 3], as many as a sheet has room for; the others are left
        out.
      gap: pixels between them.

    Returns:
      uint8 [h, w, 3].
    """
    side = pictures.shape[1] + gap
    across = min(len(pictures), _ACROSS)
    room = max(1, (sheets.LONGEST - gap) // side) * across
    pictures = pictures[:room]
    down = -(-len(pictures) // across)
    canvas = np.full([down * side + gap, across * side + gap, 3], 255, np.uint8)
    for i, picture in enumerate(pictures):
        y, x = (gap + place * side for place in divmod(i, across))
        canvas[y : y + side - gap, x : x + side - gap] = picture
    return canvas
