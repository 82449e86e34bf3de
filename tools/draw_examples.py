"""Draws the example pictures and masks of examples/: python tools/draw_examples.py

Drawings in the manner of shaded emoji (flags/emoji64.flags), made from circles and rounded
squares, so that they can be given away with the repository.
"""

import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 64  # pixels, as flags/emoji64.flags has them
GRID, FINE = 128, 4  # drawn on a grid of 128 units, four pixels each, then reduced
WHITE, INK, GREY = (255, 255, 255), (64, 44, 48), (90, 84, 98)


def _canvas():
    return Image.new("RGB", (GRID * FINE, GRID * FINE), WHITE)


def _scaled(*numbers):
    return [number * FINE for number in numbers]


def _shaded(picture, shape, colours, rim):
    """Fills a shape with a gradient from above to below, darker towards its left rim.

    Args:
      picture: to draw on.
      shape: function of a pen and a fill.
      colours: RGB above, in the middle, below.
      rim: RGB of the shadow along the rim.
    """
    stencil = Image.new("L", picture.size)
    shape(ImageDraw.Draw(stencil), 255)
    inside = np.asarray(stencil)[..., None] / 255.0
    height = np.linspace(0, 1, picture.height)
    gradient = np.stack(
        [np.interp(height, [0.05, 0.5, 0.95], c) for c in zip(*colours)], axis=-1
    )[:, None]
    # Light comes from the upper right: the shadow is what a shifted, blurred copy of the
    # shape leaves uncovered.
    lit = stencil.transform(
        stencil.size, Image.Transform.AFFINE, (1, 0, *_scaled(-5), 0, 1, *_scaled(3))
    ).filter(ImageFilter.GaussianBlur(6 * FINE))
    shadow = 0.75 * (1 - np.asarray(lit)[..., None] / 255.0)
    painted = gradient * (1 - shadow) + np.array(rim) * shadow
    whole = np.asarray(picture) * (1 - inside) + painted * inside
    picture.paste(Image.fromarray(whole.astype(np.uint8)))


def smiley():
    picture = _canvas()
    _shaded(
        picture,
        lambda pen, fill: pen.ellipse(_scaled(8, 8, 120, 120), fill=fill),
        [(255, 214, 45), (255, 186, 70), (252, 122, 110)],
        (225, 110, 60),
    )
    pen = ImageDraw.Draw(picture)
    for x in (45, 83):
        pen.ellipse(_scaled(x - 16, 33, x + 16, 65), fill=WHITE)
        pen.ellipse(_scaled(x - 9, 40, x + 9, 58), fill=INK)
    pen.arc(_scaled(40, 58, 88, 96), 20, 160, fill=INK, width=5 * FINE)
    return picture


def sign():
    picture = _canvas()
    _shaded(
        picture,
        lambda pen, fill: pen.rounded_rectangle(
            _scaled(8, 8, 120, 120), 16 * FINE, fill=fill
        ),
        [(82, 192, 255), (90, 165, 255), (70, 100, 220)],
        (45, 95, 200),
    )
    pen = ImageDraw.Draw(picture)
    pen.polygon(_scaled(64, 34, 96, 66, 32, 66), fill=(240, 232, 250))
    pen.rounded_rectangle(_scaled(52, 60, 76, 96), 3 * FINE, fill=(240, 232, 250))
    return picture


def clock():
    picture = _canvas()
    _shaded(
        picture,
        lambda pen, fill: pen.ellipse(_scaled(6, 6, 122, 122), fill=fill),
        [(150, 145, 155), (125, 118, 130), (95, 85, 105)],
        (80, 70, 85),
    )
    pen = ImageDraw.Draw(picture)
    pen.ellipse(_scaled(18, 18, 110, 110), fill=(236, 230, 238))
    for angle in np.arange(0, 2 * np.pi, np.pi / 6):
        x, y = 64 + 39 * np.sin(angle), 64 - 39 * np.cos(angle)
        pen.ellipse(_scaled(x - 2, y - 2, x + 2, y + 2), fill=GREY)
    pen.line(_scaled(64, 64, 64, 32), fill=INK, width=4 * FINE)
    pen.line(_scaled(64, 64, 86, 64), fill=(225, 45, 75), width=5 * FINE)
    pen.ellipse(_scaled(60, 60, 68, 68), fill=INK)
    return picture


def face():
    picture = _canvas()
    skin = [(246, 205, 175), (238, 190, 160), (222, 165, 150)]
    shade = (205, 145, 130)
    for box in ((15, 58, 37, 86), (91, 58, 113, 86)):
        _shaded(
            picture,
            lambda pen, fill, box=box: pen.ellipse(_scaled(*box), fill=fill),
            skin,
            shade,
        )
    _shaded(
        picture,
        lambda pen, fill: pen.rounded_rectangle(
            _scaled(27, 26, 101, 121), 27 * FINE, fill=fill
        ),
        skin,
        shade,
    )

    def hair(pen, fill):
        pen.rounded_rectangle(_scaled(21, 6, 107, 60), 24 * FINE, fill=fill)
        pen.rounded_rectangle(_scaled(31, 34, 97, 90), 12 * FINE, fill=0)

    _shaded(picture, hair, [(122, 84, 62), (104, 68, 52), (84, 54, 44)], (66, 42, 36))
    pen = ImageDraw.Draw(picture)
    for x in (46, 82):
        pen.arc(_scaled(x - 13, 48, x + 13, 66), 205, 335, (104, 68, 52), 5 * FINE)
        pen.pieslice(_scaled(x - 11, 62, x + 11, 84), 180, 360, fill=WHITE)
        pen.ellipse(_scaled(x - 5, 63, x + 5, 73), fill=INK)
        pen.ellipse(_scaled(x, 64, x + 3, 67), fill=WHITE)
    pen.ellipse(_scaled(59, 76, 69, 88), fill=(230, 172, 148))
    pen.chord(_scaled(50, 82, 78, 104), 10, 170, fill=(150, 30, 85))
    return picture


# Name -> (drawing, hole: left, top, right, bottom on the grid).
EXAMPLES = {
    "smiley": (smiley, (28, 30, 100, 100)),
    "face": (face, (32, 44, 96, 108)),
    "sign": (sign, (28, 28, 100, 100)),
    "clock": (clock, (32, 32, 96, 96)),
}


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples")
    for name, (draw, hole) in EXAMPLES.items():
        picture = draw().resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        mask = Image.new("L", (SIDE, SIDE))
        mask.paste(255, tuple(place * SIDE // GRID for place in hole))
        for folder, image in (("images", picture), ("masks", mask)):
            os.makedirs(os.path.join(root, folder), exist_ok=True)
            image.save(os.path.join(root, folder, f"{name}.png"), optimize=True)


if __name__ == "__main__":
    main()
