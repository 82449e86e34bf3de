"""The sample data set: clay creatures of a known distribution, drawn by numpy.

>>> from vqinpaint import creatures
>>> creature = creatures.sample(seed=0, index=4)
>>> picture = creatures.draw(creature, side=128)  # uint8 [128, 128, 3]
>>> hole = creatures.holes.centre(128)  # uint8 [128, 128], 255 where missing
"""

from vqinpaint.creatures import holes, probability
from vqinpaint.creatures.attributes import (
    HIDDEN,
    TRAINING,
    VALIDATION,
    VISIBLE,
    Creature,
    sample,
    sample_face,
    seen,
)
from vqinpaint.creatures.drawing import Body, draw

__all__ = [
    "HIDDEN",
    "TRAINING",
    "VALIDATION",
    "VISIBLE",
    "Body",
    "Creature",
    "draw",
    "holes",
    "probability",
    "sample",
    "sample_face",
    "seen",
]
