"""Reads all attributes off a picture of which nothing is known, not even the body.

A coordinate descent as in `reader`, over what is visible around the hole first: colours,
then shape and top, then light and sizes. The face is read afterwards, on the body found.
"""

import dataclasses
import functools
import itertools
from typing import NamedTuple

import numpy as np

from vqinpaint.creatures.attributes import RANGES, VISIBLE, Creature
from vqinpaint.creatures.drawing import Body
from vqinpaint.creatures.reader import Reader, Reading
from vqinpaint.errors import UsageError

# Attributes that are read. Skins are not: where spots and stripes lie cannot be tried out.
READ = ("body", "background", "light", "shape", "top")
# Attributes that are tried together; a body's colour is that of its name, turned by hue.
_GROUPS = (
    ("shape", "top"),
    ("body", "hue"),
    ("background",),
    ("light",),
    ("width",),
    ("height",),
)
_SWEEPS = 3
_STEPS = 5  # values tried of each continuous attribute


class WholeReading(NamedTuple):
    """What a whole picture shows.

    Attributes:
      visible: dict of the attributes `READ`.
      residual: root of the mean square of the difference around the hole between the
        picture and the nearest creature, in grey levels from 0 to 255.
      face: `Reading` of the hole, on the body found.
    """

    visible: dict
    residual: float
    face: Reading


class WholeReader:
    """Reads pictures of one size.

    Args:
      side: of the pictures in pixels, 64 to 256.

    Raises:
      UsageError: the side is not possible.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> reading = creatures.WholeReader(64).read(creatures.draw(creature, 64))
      >>> all(reading.visible[n] == getattr(creature, n) for n in reading.visible)
      True
      >>> reading.face.clear
      True
    """

    def __init__(self, side=128):
        self._side = side
        # Finished pictures are kept: those of plain skin and middle sizes come up often.
        self._body = functools.lru_cache(4096)(lambda creature: Body(creature, side))
        hole = self._body(_MIDDLE).hole
        self._around = np.ones([side, side], bool)
        self._around[hole, hole] = False

    def read(self, picture):
        """Finds the possible creature that is nearest to a picture.

        Args:
          picture: uint8 or float [side, side, 3], 0 to 255.

        Returns:
          `WholeReading`.

        Raises:
          UsageError: the picture has another size.
        """
        wanted = (self._side, self._side, 3)
        if np.shape(picture) != wanted:
            raise UsageError(
                f"a picture of shape {np.shape(picture)} to read: {wanted} is wanted."
            )
        pixels = np.asarray(picture, np.float32)
        around = pixels[self._around]

        def distance(creature):
            drawn = self._body(creature).picture[self._around]
            return float(np.square(around - drawn).mean())

        def nearest(creatures):
            return min(creatures, key=distance)

        colours = itertools.product(*map(_values, _COLOURS))
        best = nearest(
            dataclasses.replace(_MIDDLE, **dict(zip(_COLOURS, own))) for own in colours
        )
        for _ in range(_SWEEPS):
            before = best
            for names in _GROUPS:
                choices = itertools.product(*map(_values, names))
                best = nearest(
                    dataclasses.replace(best, **dict(zip(names, own)))
                    for own in choices
                )
            if best == before:
                break
        face = Reader(best, self._side).read(pixels)
        visible = {name: getattr(best, name) for name in READ}
        return WholeReading(visible, distance(best) ** 0.5, face)


def _values(name):
    """What is tried of an attribute."""
    if name in RANGES:
        return [float(value) for value in np.linspace(*RANGES[name], _STEPS)]
    return VISIBLE[name].values()


_COLOURS = ("body", "background")
_MIDDLE = Creature(
    **{name: VISIBLE[name].values()[0] for name in ("body", "background", "light")},
    shape="egg",
    top="none",
    skin="plain",
)
