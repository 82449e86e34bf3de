"""One picture of any size, completed by any engine."""

from __future__ import annotations

import numpy as np

from vqinpaint.completing import structures, windows
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.filling import fill
from vqinpaint.completing.result import Result
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.options.request import Request
from vqinpaint.pictures.masks import is_missing
from vqinpaint.pictures.picture import Picture
from vqinpaint.reporting import SILENT, Reporter

# The generator compares every eighth place with every other; so much for one picture.
_NATIVE_LIMIT = 768
# Windows are square: those of a narrow picture may have so many times the pixels that a
# picture may have.
_WINDOW_SHARE = 4
# A mask that marks more than this is probably meant the other way round.
_SUSPICIOUS_SHARE = 0.8


def complete_picture(
    engine: Engine,
    picture: Picture,
    mask: np.ndarray,
    request: Request,
    reporter: Reporter = SILENT,
    name: str = "the picture",
    mask_name: str = "the mask",
    reading: ReadingOptions = USUAL,
) -> Result:
    """Completes a picture of any size.

    Args:
      engine: completes squares; the request must have passed its `check`.
      picture: of H rows and W columns. Missing pixels are never looked at.
      mask: uint8 [H, W], 255 where missing.
      request: what is wanted.
      reporter: told of progress, and of what people may want to know.
      name, mask_name: what to call both in notes and errors.
      reading: bounds on the picture that `structure_from` may name.

    Returns:
      The completions that the request keeps.

    Raises:
      PictureError: the picture is too large for size "native", a hole for a window, or
        `structure_from` names nothing that fits.
    """
    if picture.notes:
        reporter.note(f"note: {name}: {'; '.join(picture.notes)}.")
    image = picture.pixels
    share = float(is_missing(mask).mean())
    if share > _SUSPICIOUS_SHARE or share == 0:
        reporter.note(
            f"note: {mask_name} marks {share:.0%} of {name} as missing; white "
            "is missing, --invert_mask turns that round."
        )
    steps, engine = _plan(engine, mask, request, reporter, name, reading)
    if request.structure_from:
        given = structures.given_codes(
            request.structure_from, image, mask, steps, engine, reading
        )

        def complete_square(image, mask, seeds, number):
            return engine.render(image, mask, given[number])

    else:

        def complete_square(image, mask, seeds, number):
            return engine.complete(image, mask, seeds, request, reporter)

    completed, found = fill(
        image,
        mask,
        engine.side,
        request.seeds,
        steps,
        complete_square,
        request.feather,
        reporter,
    )
    result = Result(
        image, mask, request.seeds, completed, steps, found, picture.original
    )
    return result.best(request.keep, request.keep_by) if request.keep else result


def _plan(engine, mask, request, reporter, name, reading):
    """The steps that the request's size asks for, and the engine to take them with."""
    height, width = mask.shape
    if (height, width) == (engine.side, engine.side):
        return windows.resized(mask), engine
    told = f"note: {name} is {width}x{height}, the model {engine.side}x{engine.side}"
    if request.size == "resize":
        reporter.note(
            f"{told}; completed at the model's size, its hole filled at full size."
        )
        return windows.resized(mask), engine
    if request.size == "native":
        longest = max(height, width)
        if longest > _NATIVE_LIMIT:
            raise PictureError(
                f"{name} is {width}x{height}; --size=native takes up to "
                f"{_NATIVE_LIMIT}x{_NATIVE_LIMIT} (memory grows with the fourth power of "
                "the side); take --size=crop."
            )
        engine = engine.at(longest)
        return windows.native(mask, engine.side), engine
    steps = windows.cropped(mask, engine.side, _WINDOW_SHARE * reading.max_pixels)
    sides = [step.window.width for step in steps] or [0]
    reporter.note(
        f"{told}; completed in {len(steps)} window(s) of {min(sides)} to {max(sides)} "
        "pixels."
    )
    return steps, engine
