"""Everything that a hole can show, with its exact probability."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from vqinpaint.creatures.attributes import HIDDEN, TABLES, Creature, covered, seen
from vqinpaint.creatures.holes import hidden_by
from vqinpaint.errors import UsageError

# The values of each hidden attribute; an attribute's number is its value's place here.
VALUES = {name: table.values() for name, table in HIDDEN.items()}
COVERED = -1  # the number of an attribute that cannot be seen, see `attributes.covered`
# Attributes that a hidden one depends on, and the hidden ones.
_RELEVANT = {*HIDDEN, *(table.given for table in HIDDEN.values() if table.given)}


class Faces(NamedTuple):
    """All that a hole can show.

    Attributes:
      numbers: int8 [F, 9], different rows: a number for each attribute, in the order of
        `HIDDEN`.
      probabilities: float64 [F]; their sum is 1.
    """

    numbers: np.ndarray
    probabilities: np.ndarray


def numbers_of(hidden: Mapping[str, str]) -> tuple[int, ...]:
    """The numbers of what a hole shows, in the order of `HIDDEN`.

    Args:
      hidden: values of all hidden attributes, such as `Creature.hidden()`.
    """
    unseen = covered(hidden)
    return tuple(
        COVERED if name in unseen else VALUES[name].index(hidden[name])
        for name in HIDDEN
    )


def possible_faces(given: Mapping[str, object]) -> Faces:
    """Everything that a hole can show, given what is known.

    Args:
      given: attributes that are known, by name: what is visible around the hole, such
        as `Creature.visible()`, and hidden ones that lie outside the hole.

    Returns:
      `Faces`. Attributes that cannot be seen are summed over.

    Raises:
      UsageError: `given` has probability 0.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> possible = creatures.possible_faces(creature.visible())
      >>> possible.numbers.shape, round(float(possible.probabilities.sum()), 6)
      ((12240, 9), 1.0)
    """
    known = {name: str(given[name]) for name in TABLES if name in given}
    return _faces(tuple((n, v) for n, v in known.items() if n in _RELEVANT))


def known_around(creature: Creature, mask: np.ndarray) -> dict:
    """The attributes that can be seen around a hole, for `possible_faces`.

    Args:
      creature: what the picture shows.
      mask: uint8 [side, side], over 127 where missing.
    """
    hidden = hidden_by(mask)
    shown = {n: getattr(creature, n) for n in seen(creature) if n not in hidden}
    return {**creature.visible(), **shown}


def alternatives(
    creature: Creature, mask: np.ndarray, number: int, seed: int = 0
) -> list[Creature]:
    """Draws from the true distribution of what a hole hides.

    Args:
      creature: what the picture shows.
      mask: uint8 [side, side], over 127 where missing.
      number: of draws.
      seed: an int from 0.

    Returns:
      `Creature`s that look alike around the hole, the same for the same arguments.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> mask = creatures.holes.for_attribute("mouth", 128)
      >>> drawn = creatures.alternatives(creature, mask, number=2)
      >>> [other.brows == creature.brows for other in drawn]
      [True, True]
    """
    possible = possible_faces(known_around(creature, mask))
    bounds = np.cumsum(possible.probabilities)
    random = np.random.default_rng([seed, creature.pattern]).random(number)
    places = np.searchsorted(bounds / bounds[-1], random, side="right")
    return [
        Creature(
            **creature.visible(),
            # What is covered keeps its default value.
            **{
                name: VALUES[name][value]
                for name, value in zip(HIDDEN, row)
                if value != COVERED
            },
        )
        for row in possible.numbers[places]
    ]


# Each is some 200 kB; around a centred hole only `top` matters.
@functools.lru_cache(maxsize=64)
def _faces(given: tuple[tuple[str, str], ...]) -> Faces:
    known = dict(given)
    shares: dict[tuple[int, ...], float] = {}
    for hidden, share in _combinations(known, list(HIDDEN), known, 1.0):
        numbers = numbers_of(hidden)
        shares[numbers] = shares.get(numbers, 0.0) + share
    total = sum(shares.values())
    if not total:
        raise UsageError(f"no creature has {known}; its probability is 0.")
    return Faces(
        np.array(list(shares), np.int8), np.array(list(shares.values())) / total
    )


def _combinations(
    values: dict, names: list[str], known: dict, share: float
) -> Iterator[tuple[dict, float]]:
    """All (values, probability) of the attributes `names` that agree with `known`."""
    if not names:
        yield values, share
        return
    name, rest = names[0], names[1:]
    for value, own in TABLES[name].row(values).items():
        if known.get(name, value) == value:
            yield from _combinations({**values, name: value}, rest, known, share * own)
