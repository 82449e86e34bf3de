"""The attributes of a clay creature, their probabilities, and how they are sampled.

The visible attributes lie around the centred hole of half the side, the hidden ones
wholly inside it. The tables are the whole distribution: attributes depend on nothing else.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from vqinpaint.errors import UsageError


class Table(NamedTuple):
    """Probabilities of an attribute's values.

    `rows` maps a value of the attribute named by `given` to {value: probability}; the
    row of None is for every other value, and the only row if `given` is "".
    """

    rows: dict
    given: str = ""

    def row(self, values):
        """{value: probability}, given a mapping that holds what it depends on."""
        value = values[self.given] if self.given else None
        return self.rows[value if value in self.rows else None]

    def values(self):
        """All values that have a probability in some row, in a fixed order."""
        return tuple(dict.fromkeys(v for row in self.rows.values() for v in row))


def _alike(*values):
    return Table({None: dict.fromkeys(values, 1 / len(values))})


_BODIES = "coral amber lemon lime mint sky blue violet rose cream slate brown".split()

VISIBLE = {
    "body": _alike(*_BODIES),
    "background": _alike("sky", "sand", "mint", "pink", "lilac", "grey"),
    "light": _alike("left", "right"),
    "shape": Table({None: dict(ball=0.3, egg=0.25, pear=0.2, box=0.15, wide=0.1)}),
    "top": Table(
        {
            None: dict(
                none=0.1, ears=0.18, horns=0.18, antenna=0.18, tuft=0.18, bunny=0.18
            )
        }
    ),
    "skin": Table({None: dict(plain=0.6, spots=0.2, stripes=0.2)}),
}

# An attribute stands after the one that it depends on.
HIDDEN = {
    # Dependent on what is visible.
    "nose": Table(
        {
            "ears": dict(button=0.8, long=0.1, none=0.1),
            "horns": dict(button=0.1, long=0.6, none=0.3),
            None: dict(button=0.4, long=0.2, none=0.4),
        },
        given="top",
    ),
    "eyes": Table(
        {
            "antenna": dict(two=0.2, one=0.35, three=0.35, closed=0.1),
            None: dict(two=0.65, one=0.12, three=0.05, closed=0.18),
        },
        given="top",
    ),
    # Independent.
    "iris": Table({None: dict(brown=0.3, blue=0.3, green=0.25, red=0.15)}),
    "gaze": Table({None: dict(left=0.25, front=0.5, right=0.25)}),
    "cheeks": Table({None: dict(none=0.6, blush=0.4)}),
    "moustache": Table({None: dict(no=0.85, yes=0.15)}),
    # Dependent on one another.
    "glasses": Table(
        {
            "two": dict(none=0.58, round=0.24, shades=0.18),
            "closed": dict(none=0.7, round=0.3),
            None: dict(none=1.0),
        },
        given="eyes",
    ),
    "brows": Table({None: dict(none=0.4, angry=0.2, raised=0.2, sad=0.2)}),
    "mouth": Table(
        {
            "none": dict(smile=0.3, open=0.25, teeth=0.2, sad=0.1, o=0.15),
            "angry": dict(smile=0.05, open=0.05, teeth=0.45, sad=0.4, o=0.05),
            "raised": dict(smile=0.1, open=0.3, teeth=0.05, sad=0.05, o=0.5),
            "sad": dict(smile=0.05, open=0.1, teeth=0.05, sad=0.65, o=0.15),
        },
        given="brows",
    ),
}
TABLES = {**VISIBLE, **HIDDEN}

# Visible and continuous, evenly distributed: turn of the body's hue (1 = full circle),
# factors of the body's width and height.
RANGES = {"hue": (-0.02, 0.02), "width": (0.95, 1.05), "height": (0.96, 1.04)}
PATTERNS = 1 << 30  # places of spots or stripes, numbered

# Numbers of independent random streams.
TRAINING, VALIDATION, ALTERNATIVES = 0, 1, 2


@dataclasses.dataclass(frozen=True)
class Creature:
    """All attributes of one creature.

    The tables say which values an attribute may have. The defaults of the hidden ones are
    a face with two open eyes and a smile.

    Raises:
      UsageError: an attribute has a value that is not possible.
    """

    body: str
    background: str
    light: str
    shape: str
    top: str
    skin: str
    hue: float = 0.0
    width: float = 1.0
    height: float = 1.0
    pattern: int = 0
    eyes: str = "two"
    gaze: str = "front"
    iris: str = "brown"
    nose: str = "none"
    mouth: str = "smile"
    brows: str = "none"
    glasses: str = "none"
    moustache: str = "no"
    cheeks: str = "none"

    def __post_init__(self):
        for name, table in TABLES.items():
            if getattr(self, name) not in table.values():
                raise UsageError(
                    f"{name}={getattr(self, name)!r} of a creature: one of "
                    f"{', '.join(table.values())} is possible."
                )
        for name, (low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise UsageError(
                    f"{name}={getattr(self, name)!r} of a creature: {low} to {high} "
                    "is possible."
                )

    def visible(self):
        """Attributes that lie around the hole, and their values: a dict."""
        names = (*VISIBLE, *RANGES, "pattern")
        return {name: getattr(self, name) for name in names}

    def hidden(self):
        """Attributes that lie in the hole, and their values: a dict."""
        return {name: getattr(self, name) for name in HIDDEN}

    def bare(self):
        """The same creature with the default face.

        Creatures that look alike around the hole have equal bare creatures.
        """
        return Creature(**self.visible())


NAMES = tuple(field.name for field in dataclasses.fields(Creature))


def sample(seed, index, stream=TRAINING):
    """Samples the attributes of a creature.

    Args:
      seed: of the data set, an int from 0.
      index: number of the creature, an int from 0.
      stream: `TRAINING` or `VALIDATION`.

    Returns:
      `Creature`; the same for the same arguments, whatever was sampled before.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> creature == creatures.sample(seed=0, index=4)
      True
      >>> sorted(creature.hidden())[:4]
      ['brows', 'cheeks', 'eyes', 'gaze']
    """
    generator = _generator(seed, stream, index)
    values = _pick(VISIBLE, {}, generator)
    for name, (low, high) in RANGES.items():
        values[name] = round(low + (high - low) * generator.random(), 4)
    values["pattern"] = int(PATTERNS * generator.random())
    return Creature(**_pick(HIDDEN, values, generator))


def sample_face(creature, seed, index):
    """Samples the hidden attributes anew, given the visible ones.

    Args:
      creature: `Creature` whose visible part is kept.
      seed: an int from 0.
      index: number of the alternative, an int from 0.

    Returns:
      `Creature`; over all alternatives, a draw from the true distribution of the hole.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> other = creatures.sample_face(creature, seed=0, index=1)
      >>> other.visible() == creature.visible()
      True
    """
    # The pattern's number tells creatures apart: without it the n-th alternatives of all
    # creatures would have the same face.
    generator = _generator(seed, ALTERNATIVES, index, creature.pattern)
    return Creature(**_pick(HIDDEN, creature.visible(), generator))


def seen(creature):
    """Names of the hidden attributes that the creature's picture shows: a tuple.

    Dark glasses cover the eyes, and closed eyes show neither gaze nor iris.
    """
    return tuple(name for name in HIDDEN if name not in covered(creature.hidden()))


def covered(hidden):
    """Names of the hidden attributes that cannot be seen; see `seen`.

    Args:
      hidden: mapping that holds at least "eyes" and "glasses".
    """
    if hidden["glasses"] == "shades":
        return ("eyes", "gaze", "iris")
    return ("gaze", "iris") if hidden["eyes"] == "closed" else ()


def _generator(*numbers):
    sequence = np.random.SeedSequence(numbers)
    return np.random.Generator(np.random.PCG64(sequence))


def _pick(tables, values, generator):
    """`values` with one more value from each table; takes one random number per table."""
    values = dict(values)
    for name, table in tables.items():
        row = table.row(values)
        # Not `Generator.choice`, whose numbers NumPy may change between versions.
        bounds = np.cumsum(list(row.values()))
        place = np.searchsorted(bounds / bounds[-1], generator.random(), side="right")
        values[name] = list(row)[int(place)]
    return values
