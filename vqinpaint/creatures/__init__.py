"""The sample data set: clay creatures drawn by NumPy from a known distribution.

Hide a creature's face and the distribution of the true completions is known exactly, so
that a model's completions can be read (`Reader`) and compared with it (`probability`).

>>> from vqinpaint import creatures
>>> creature = creatures.sample(seed=0, index=4)
>>> picture = creatures.draw(creature, side=128)  # uint8 [128, 128, 3]
>>> hole = creatures.holes.centre(128)  # uint8 [128, 128], 255 where missing
>>> creatures.read(picture, creature).hidden == creature.hidden()
True
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
from vqinpaint.creatures.reader import LIMIT, Reader, Reading, read
from vqinpaint.creatures.whole import READ as WHOLE
from vqinpaint.creatures.whole import WholeReader, WholeReading

__all__ = [
    "HIDDEN",
    "LIMIT",
    "TRAINING",
    "VALIDATION",
    "VISIBLE",
    "WHOLE",
    "Body",
    "Creature",
    "Reader",
    "Reading",
    "WholeReader",
    "WholeReading",
    "draw",
    "holes",
    "probability",
    "read",
    "sample",
    "sample_face",
    "seen",
]
