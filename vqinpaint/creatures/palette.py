"""Colours of clay creatures, in linear light."""

import colorsys

import numpy as np

GAMMA = 2.2

BODIES = {
    "coral": "f0705c",
    "amber": "f3a83b",
    "lemon": "f2d64b",
    "lime": "9fcf4f",
    "mint": "58c9a0",
    "sky": "5fb4ee",
    "blue": "5a7be0",
    "violet": "9a74dd",
    "rose": "ee86b1",
    "cream": "f0dfc4",
    "slate": "8592a1",
    "brown": "a8714c",
}
BACKGROUNDS = {
    "sky": "bfe0f7",
    "sand": "f3dcb9",
    "mint": "cdeedd",
    "pink": "f8d3dd",
    "lilac": "ddd3f5",
    "grey": "d9dde3",
}
IRISES = {"brown": "7c4a12", "blue": "2f7fe8", "green": "2fae4f", "red": "f0282c"}


def linear(code, hue=0.0):
    """A colour in linear light from its six hexadecimal digits.

    Args:
      code: red, green and blue in sRGB, such as "f0705c".
      hue: rotation of its hue; 1 is the full circle.

    Returns:
      float32 [3], 0 to 1.
    """
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    if hue:
        angle, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
        red, green, blue = colorsys.hls_to_rgb((angle + hue) % 1, lightness, saturation)
    return (np.array([red, green, blue]) ** GAMMA).astype(np.float32)


def body_colour(creature):
    """float32 [3]: the colour of a creature's body."""
    return linear(BODIES[creature.body], creature.hue)


def darker(colour):
    """float32 [3]: the colour of feet, tufts, spots and stripes of such a body."""
    return colour * np.float32(0.5)


def lighter(colour):
    """float32 [3]: the colour of a long nose on such a body."""
    return np.clip(colour * np.float32(1.3) + np.float32(0.12), 0, 1)


def redder(colour):
    """float32 [3]: the colour of a button nose on such a body."""
    return np.clip(
        colour * np.float32([1, 0.5, 0.5]) + np.float32([0.05, 0, 0]), 0, 1
    ).astype(np.float32)
