"""Draws the example pictures and masks of examples/: python tools/draw_examples.py

Four creatures of the validation split, which no model of the sample data set has seen,
and what a model of creatures does badly, for the gallery.
"""

import os
import sys
from typing import Callable, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from vqinpaint import creatures, outputs  # noqa: E402
from vqinpaint.creatures import holes  # noqa: E402
from vqinpaint.pictures import png  # noqa: E402

SIDE = 64  # pixels of the files, as the demo model's


def _blob(side):
    """An uneven round hole that hides nose, moustache and mouth."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side
    x, y = (x - 0.5) / 0.28, (y - 0.625) / 0.23
    angle = np.arctan2(y, x)
    rim = 1 + 0.04 * np.sin(3 * angle + 0.6) + 0.03 * np.sin(7 * angle + 2)
    return np.where(np.hypot(x, y) < rim, np.uint8(255), np.uint8(0))


def _glasses(side):
    return holes.for_attribute("glasses", side)


def _almost_all(side):
    mask = np.zeros((side, side), np.uint8)
    mask[side // 32 : 27 * side // 32, side // 32 : -(side // 32)] = 255
    return mask


class Example(NamedTuple):
    """A creature of the validation split with a hole."""

    number: int
    hole: Callable  # side -> uint8 [side, side], 255 where missing

    @property
    def creature(self):
        return creatures.sample(0, self.number, creatures.VALIDATION)

    def drawn(self, side=SIDE):
        """(picture uint8 [side, side, 3], mask uint8 [side, side])"""
        return creatures.draw(self.creature, side), self.hole(side)


# Chosen because top, colour, background, shape and light differ.
EXAMPLES = {
    "antenna": Example(30, holes.centre),
    "bear": Example(53, _glasses),
    "bunny": Example(49, _blob),
    "horns": Example(57, holes.centre),
}


def _upside_down(side):
    return EXAMPLES["horns"].drawn(side)[0][::-1].copy()


def _letters(side):
    """Lettering on a creature, which a model of creatures cannot read."""
    picture = Image.fromarray(EXAMPLES["antenna"].drawn(side)[0])
    pen = ImageDraw.Draw(picture)
    pen.rectangle([0.08 * side, 0.3 * side, 0.92 * side, 0.7 * side], "white")
    font = ImageFont.load_default(size=side // 4)
    for height, word in ((0.4, "OPENS"), (0.6, "8-17h")):
        pen.text((side / 2, height * side), word, "black", font, anchor="mm")
    return np.asarray(picture)


def _checks(side):
    """A regular pattern, unlike anything in training."""
    dark = np.arange(side) * 10 // side % 2
    dark = (dark[:, None] + dark) % 2
    return np.where(dark[..., None], np.uint8([64, 44, 48]), np.uint8(255))


# What a model of creatures does badly: (picture of a side, hole of a side).
HARD = {
    "upside down": (_upside_down, holes.centre),
    "almost all": (lambda side: EXAMPLES["bunny"].drawn(side)[0], _almost_all),
    "letters": (_letters, holes.centre),
    "checks": (_checks, holes.centre),
}


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples")
    for name, example in EXAMPLES.items():
        for folder, image in zip(("images", "masks"), example.drawn()):
            path = os.path.join(root, folder, f"{name}.png")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            outputs.write(path, png.encoded(image), replace=True)


if __name__ == "__main__":
    main()
