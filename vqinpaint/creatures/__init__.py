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
from vqinpaint.creatures.faces import (
    COVERED,
    VALUES,
    Faces,
    alternatives,
    known_around,
    numbers_of,
    possible_faces,
)
from vqinpaint.creatures.reader import LIMIT, Eyes, Reader, Reading, read
from vqinpaint.creatures.whole import READ as WHOLE
from vqinpaint.creatures.whole import WholeReader, WholeReading

__all__ = [
    "COVERED",
    "HIDDEN",
    "LIMIT",
    "TRAINING",
    "VALIDATION",
    "VALUES",
    "VISIBLE",
    "WHOLE",
    "Body",
    "Creature",
    "Eyes",
    "Faces",
    "Reader",
    "Reading",
    "WholeReader",
    "WholeReading",
    "alternatives",
    "draw",
    "holes",
    "known_around",
    "numbers_of",
    "possible_faces",
    "probability",
    "read",
    "sample",
    "sample_face",
    "seen",
]
