"""Reads hidden attributes off pictures: draws alternatives and takes the nearest.

A coordinate descent: a few attributes at a time are tried in all their values, until no
change brings the drawn face nearer to the picture.
"""

import dataclasses
import itertools
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from vqinpaint.creatures.attributes import HIDDEN, TABLES, Creature, covered
from vqinpaint.creatures.drawing import Body
from vqinpaint.errors import UsageError

# The largest `Reading.worst`, in grey levels, of a hole that shows a creature. Measured
# on 120 creatures of 128 pixels. The 99th percentile of true holes, blurred by 1 pixel
# and with noise of 8 grey levels, is 8. The 1st percentile of holes that show something
# else is 24 for another creature's hole, 26 for the mean of two faces that differ in more
# than two attributes, 34 for a body without a face and 45 for a plain colour.
LIMIT = 13.0
_BLUR = 1.5 / 128  # of the side: sharpness and noise are not what `worst` judges
_PLACE = 1 / 8  # of the side, about the size of an eye

# Attributes that are tried together, from those that change most pixels to the fewest.
# Eyes are tried again together with gaze and iris: open eyes of another iris that look
# another way may differ more from a picture than closed eyes do.
_GROUPS = (
    ("eyes", "glasses"),
    ("brows",),
    ("mouth",),
    ("eyes", "gaze", "iris"),
    ("moustache",),
    ("nose",),
    ("cheeks",),
)
_SWEEPS = 4  # two are nearly always enough
_DEFAULTS = {
    field.name: field.default
    for field in dataclasses.fields(Creature)
    if field.name in HIDDEN
}


class Reading(NamedTuple):
    """What a hole shows.

    Attributes:
      hidden: dict of all hidden attributes; default values where `readable` is False.
      residual: root of the mean square of the difference between the hole's pixels and
        those of the nearest creature, in grey levels from 0 to 255.
      worst: the same over the worst square of an eighth of the side, after a blur.
      readable: dict of the same names to bool: whether the attribute can be seen, which
        gaze and iris cannot with closed eyes, nor anything of eyes with dark glasses.
    """

    hidden: dict
    residual: float
    worst: float
    readable: dict

    @property
    def clear(self):
        """Whether the hole shows one creature of the table and not something else."""
        return self.worst <= LIMIT


class Eyes(NamedTuple):
    """What two eyes show, each read by itself.

    Attributes:
      left: dict of iris and gaze, of the eye on the picture's left.
      right: the same of the other eye.
      worst: as of `Reading`, the nearest creature having these two eyes.
    """

    left: dict
    right: dict
    worst: float

    @property
    def clear(self):
        """Whether the hole shows a creature of the table, but for eyes that differ."""
        return self.worst <= LIMIT


class Reader:
    """Reads any number of completions of one creature's picture.

    Drawn faces are kept, so that later completions are read faster.

    Args:
      creature: `Creature` whose visible attributes the pictures have.
      side: of the pictures in pixels, 64 to 256.

    Raises:
      UsageError: the side is not possible.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> completions = [creatures.sample_face(creature, 0, i) for i in range(2)]
      >>> reader = creatures.Reader(creature, side=64)
      >>> for drawn in completions:
      ...     reading = reader.read(creatures.draw(drawn, side=64))
      ...     shown = creatures.seen(drawn)
      ...     print(reading.clear, all(reading.hidden[n] == getattr(drawn, n) for n in shown))
      True True
      True True
    """

    def __init__(self, creature, side=128):
        self._body = Body(creature, side)
        self._bare = creature.bare()
        self._side = side
        self._faces = {}

    def read(self, picture):
        """Finds the possible creature that is nearest to the picture in the hole.

        Args:
          picture: uint8 or float [side, side, 3], 0 to 255; only its hole is looked at.

        Returns:
          `Reading`.

        Raises:
          UsageError: the picture has another size.
        """
        picture = self._hole_of(picture)
        best = self._bare.hidden()
        distance = self._distance(picture, best)
        for _ in range(_SWEEPS):
            before = best
            for group in _GROUPS:
                for other in _alternatives(best, group):
                    found = self._distance(picture, other)
                    if found < distance:
                        best, distance = other, found
            if best == before:
                break
        unseen = covered(best)
        return Reading(
            best,
            float(np.sqrt(distance)),
            _worst(picture - self._face(best), self._side),
            {name: name not in unseen for name in best},
        )

    def read_eyes(self, picture, hidden):
        """Reads each of two eyes by itself, as `read` takes both to be alike.

        Args:
          picture: as of `read`.
          hidden: what was read of it; two open eyes that can be seen.

        Returns:
          `Eyes`.

        Raises:
          UsageError: the picture has another size.
        """
        picture = self._hole_of(picture)
        middle = picture.shape[1] // 2
        halves = slice(None, middle), slice(middle, None)
        choices = [
            {"iris": iris, "gaze": gaze}
            for iris in TABLES["iris"].values()
            for gaze in TABLES["gaze"].values()
        ]
        differences = [picture - self._face({**hidden, **c}) for c in choices]
        nearest = [
            min(range(len(choices)), key=lambda i: _square(differences[i][:, half]))
            for half in halves
        ]
        joined = [differences[i][:, half] for i, half in zip(nearest, halves)]
        worst = _worst(np.concatenate(joined, axis=1), self._side)
        left, right = (choices[i] for i in nearest)
        return Eyes(left, right, worst)

    def _hole_of(self, picture):
        """The hole's pixels as float32 [h, h, 3]."""
        wanted = (self._side, self._side, 3)
        if np.shape(picture) != wanted:
            raise UsageError(
                f"a picture of shape {np.shape(picture)} to read: {wanted} is wanted."
            )
        hole = self._body.hole
        return np.asarray(picture)[hole, hole].astype(np.float32)

    def _distance(self, picture, hidden):
        """Mean square of the difference to a drawn face."""
        return _square(picture - self._face(hidden))

    def _face(self, hidden):
        key = tuple(hidden.values())
        if key not in self._faces:
            creature = Creature(**self._bare.visible(), **hidden)
            self._faces[key] = self._body.face(creature)
        return self._faces[key]


def read(picture, creature):
    """Reads one picture; `Reader` is quicker for many of the same creature.

    Args:
      picture: uint8 or float [side, side, 3], 0 to 255.
      creature: `Creature` whose visible attributes the picture has.

    Returns:
      `Reading`.

    Raises:
      UsageError: the picture is not square, or its side is not possible.
    """
    return Reader(creature, len(picture)).read(picture)


def _alternatives(hidden, names):
    """Other possible faces that differ in the named attributes, as dicts."""
    for values in itertools.product(*(TABLES[name].values() for name in names)):
        other = {**hidden, **dict(zip(names, values))}
        # The only values that exclude each other.
        possible = TABLES["glasses"].row(other).get(other["glasses"], 0)
        other.update({name: _DEFAULTS[name] for name in covered(other)})
        if possible and other != hidden:
            yield other


def _square(difference):
    """Mean square of an array."""
    return float(np.square(difference.ravel()).mean())


def _worst(difference, side):
    """See `Reading.worst`; of a hole's difference [h, h, 3]."""
    blur = _BLUR * side
    smooth = gaussian_filter(difference, (blur, blur, 0))
    size = round(_PLACE * side)
    square = uniform_filter(np.square(smooth).mean(axis=-1), size)
    # Squares that lie wholly in the hole.
    inner = slice(size // 2, -(size // 2))
    return float(np.sqrt(square[inner, inner].max()))
