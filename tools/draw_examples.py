"""Draws the example pictures and masks of examples/: python tools/draw_examples.py

The demo model was trained on shaded emoji. These are drawings in that manner, made here
from circles and rounded squares, so that they can be given away with the repository.
"""

import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 64  # pixels, as the model takes them
GRID, FINE = 128, 4  # drawn on a grid of 128 units, four pixels each, then reduced
CENTRE = (32, 32, 96, 96)
WHITE, INK, GREY = (255, 255, 255), (64, 44, 48), (90, 84, 98)


def _canvas():
    return Image.new("RGB", (GRID * FINE, GRID * FINE), WHITE)


def _scaled(*numbers):
    return [number * FINE for number in numbers]


def _ellipse(*box):
    return lambda pen, fill: pen.ellipse(_scaled(*box), fill=fill)


def _tile(radius, *box):
    return lambda pen, fill: pen.rounded_rectangle(
        _scaled(*box), radius * FINE, fill=fill
    )


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
        _ellipse(8, 8, 120, 120),
        [(255, 214, 45), (255, 186, 70), (252, 122, 110)],
        (225, 110, 60),
    )
    pen = ImageDraw.Draw(picture)
    for x in (43, 85):
        pen.ellipse(_scaled(x - 17, 30, x + 17, 64), fill=WHITE)
        pen.ellipse(_scaled(x - 12, 35, x + 12, 59), fill=INK)
    pen.arc(_scaled(40, 56, 88, 98), 20, 160, fill=INK, width=7 * FINE)
    return picture


def sign():
    picture = _canvas()
    _shaded(
        picture,
        _tile(16, 8, 8, 120, 120),
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
        _ellipse(6, 6, 122, 122),
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


def letters():
    """Lettering, which a model of emoji cannot read."""
    picture = sign()
    pen = ImageDraw.Draw(picture)
    pen.rectangle(_scaled(24, 30, 104, 100), fill=(84, 155, 240))
    for top, word in ((36, "OPEN"), (64, "8-17")):
        font = ImageFont.load_default(size=26 * FINE)
        pen.text(_scaled(64, top + 14), word, fill=WHITE, font=font, anchor="mm")
    return picture


def checks():
    """A regular pattern, unlike anything it was trained on."""
    side = np.arange(GRID * FINE) // (12 * FINE)
    dark = (side[:, None] + side) % 2
    return Image.fromarray(np.where(dark[..., None], INK, WHITE).astype(np.uint8))


def _head(skin, shade, hair, colours, rim):
    """A head with ears, its hair a shape in colours, brows of the hair's."""
    picture = _canvas()
    for box in ((16, 59, 38, 85), (90, 59, 112, 85)):
        _shaded(picture, _ellipse(*box), skin, shade)
    _shaded(picture, _tile(26, 27, 24, 101, 120), skin, shade)
    _shaded(picture, hair, colours, rim)
    pen = ImageDraw.Draw(picture)
    for x in (46, 82):
        pen.arc(_scaled(x - 14, 49, x + 14, 67), 215, 325, colours[2], 6 * FINE)
        pen.pieslice(_scaled(x - 11, 61, x + 11, 85), 180, 360, fill=WHITE)
        pen.ellipse(_scaled(x - 6, 62, x + 6, 74), fill=INK)
        pen.ellipse(_scaled(x, 64, x + 3, 67), fill=WHITE)
    pen.ellipse(_scaled(58, 78, 70, 90), fill=skin[2])
    pen.chord(_scaled(50, 80, 78, 102), 15, 165, fill=(125, 0, 65))
    return picture


def face():
    def hair(pen, fill):
        pen.rounded_rectangle(_scaled(21, 6, 107, 60), 24 * FINE, fill=fill)
        pen.rounded_rectangle(_scaled(31, 34, 97, 90), 12 * FINE, fill=0)

    return _head(
        [(236, 184, 148), (228, 174, 142), (200, 136, 130)],
        (196, 128, 122),
        hair,
        [(122, 84, 62), (104, 68, 52), (84, 54, 44)],
        (66, 42, 36),
    )


def curls():
    def hair(pen, fill):
        for angle in np.linspace(np.pi, 2 * np.pi, 12):
            x, y = 64 + 36 * np.cos(angle), 44 + 30 * np.sin(angle)
            pen.ellipse(_scaled(x - 10, y - 10, x + 10, y + 10), fill=fill)
        pen.rounded_rectangle(_scaled(30, 16, 98, 38), 8 * FINE, fill=fill)

    return _head(
        [(152, 110, 96), (142, 101, 92), (112, 74, 84)],
        (108, 70, 78),
        hair,
        [(74, 50, 50), (62, 42, 46), (52, 34, 42)],
        (40, 24, 32),
    )


# Name -> (drawing, hole: left, top, right, bottom on the grid).
EXAMPLES = {
    "smiley": (smiley, CENTRE),
    "face": (face, CENTRE),
    "curls": (curls, CENTRE),
    "sign": (sign, CENTRE),
}
# What the demo model does badly: for the gallery, not for examples/.
HARD = {
    "clock": (clock, CENTRE),
    "letters": (letters, (32, 28, 96, 100)),
    "checks": (checks, CENTRE),
    "almost all": (smiley, (4, 4, 124, 104)),
}


def drawn(draw, hole):
    """One example: (picture, mask) as RGB and grey Pillow pictures."""
    mask = Image.new("L", (SIDE, SIDE))
    mask.paste(255, tuple(place * SIDE // GRID for place in hole))
    return draw().resize((SIDE, SIDE), Image.Resampling.LANCZOS), mask


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples")
    for name, example in EXAMPLES.items():
        picture, mask = drawn(*example)
        for folder, image in (("images", picture), ("masks", mask)):
            os.makedirs(os.path.join(root, folder), exist_ok=True)
            image.save(os.path.join(root, folder, f"{name}.png"), optimize=True)


if __name__ == "__main__":
    main()
