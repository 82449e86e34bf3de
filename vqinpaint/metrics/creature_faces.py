"""Completions of clay creatures against the distribution that they were drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Callable

import numpy as np

from vqinpaint import creatures
from vqinpaint.creatures import Creature, Reader
from vqinpaint.metrics import frequencies
from vqinpaint.metrics.base import Rows, check_arrays
from vqinpaint.pictures.masks import is_missing

NAMES = tuple(creatures.HIDDEN)
# Pairs that depend on one another by the table.
PAIRS = (("brows", "mouth"), ("eyes", "glasses"), ("top", "nose"))
_TOPS = creatures.VISIBLE["top"].values()


class CreatureFaces(Rows):
    """What completions of creatures show, against the exact conditional distribution.

    Each completion is read (`creatures.Reader`). It is clear if one creature of the table
    explains its hole. Frequencies are of the clear completions, and of what the hole
    hides wholly; what cannot be seen, such as eyes behind shades, is not counted.
    Reading takes 0.1 to 0.2 s of one core per completion of 128x128.

    The figures:

    - `clear`: share of completions that are clear;
    - `variation_ATTRIBUTE`: total variation distance between the attribute's frequencies
      and its probabilities given what is visible. Pictures in which these are the same
      form a group; the figure is the mean over groups by their size;
    - `variation_ATTRIBUTE_by_chance`: the same of exact sampling, as many times;
    - `variation_beyond_chance`: the largest difference between those two;
    - `information_A_B`, `_true`, `_by_chance`: mutual information in bits of a pair of
      `PAIRS` that depend on one another (`top` is visible): of the completions, of the
      table around these holes, and of exact sampling, as many times;
    - `eyes_alike`: share with the same iris and gaze in both eyes, each read by itself,
      among completions with two open eyes that are clear but for eyes that differ, where
      the hole reaches the eyes;
    - `different`: how many different combinations of attributes the clear completions of
      a picture show on average, and `different_true`, of as many by exact sampling;
    - `true_bits`: mean of -log2 of the probability of what the holes truly hide.

    A figure without a completion to take it of is left out.

    Args:
      shown: creatures of the pictures that will be added, in that order.
      reader: from a creature and a side to its `creatures.Reader`; another one than the
        class may keep readers for several metrics.

    Example:
      >>> from vqinpaint import creatures
      >>> from vqinpaint.metrics import CreatureFaces
      >>> creature = creatures.sample(seed=0, index=4)
      >>> metric = CreatureFaces([creature])
      >>> truth, mask = creatures.draw(creature, 64), creatures.holes.centre(64)
      >>> metric.add(truth, mask, truth[None])
      >>> figures = metric.result()
      >>> figures["clear"], figures["eyes_alike"], figures["different"]
      (1.0, 1.0, 1.0)
    """

    def __init__(
        self,
        shown: Sequence[Creature],
        reader: Callable[[Creature, int], Reader] = Reader,
    ) -> None:
        super().__init__()
        self._shown, self._reader = shown, reader

    def add(self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray) -> None:
        """See `base.Metric.add`; the next picture is of the next creature."""
        truth, mask, completions = map(np.asarray, (truth, mask, completions))
        check_arrays(truth, mask, completions)
        side, creature = len(mask), self._shown[len(self)]
        hidden = creatures.holes.hidden_by(mask)
        known = creatures.known_around(creature, mask)
        faces = creatures.possible_faces(known)
        reader = self._reader(creature, side)
        readings = [reader.read(picture) for picture in completions]
        iris = creatures.holes.for_attribute("iris", side) > 0
        # A row or two may be missing for a neighbour's hole.
        eyes = is_missing(mask)[iris].mean() > 0.1
        true = (faces.numbers == creatures.numbers_of(creature.hidden())).all(axis=1)
        self.keep(
            # All that decides what the hole may show.
            known=np.array(json.dumps({name: str(known[name]) for name in known})),
            top=_TOPS.index(creature.top),
            hidden=np.array([name in hidden for name in NAMES]),
            clear=np.array([reading.clear for reading in readings]),
            numbers=np.array([creatures.numbers_of(r.hidden) for r in readings]),
            alike=np.array(
                [
                    _alike(reader, picture, reading) if eyes else np.nan
                    for picture, reading in zip(completions, readings)
                ]
            ),
            true_bits=-np.log2(faces.probabilities[true].sum()),
        )

    def summarise(self, values: Mapping[str, np.ndarray]) -> dict[str, float]:
        """See `base.Rows.summarise`."""
        faces = [creatures.possible_faces(json.loads(str(k))) for k in values["known"]]
        figures = {"clear": float(values["clear"].mean())}
        beyond = []
        for name in NAMES:
            found = _variation(name, values, faces)
            if found:
                figures[f"variation_{name}"] = found[0]
                figures[f"variation_{name}_by_chance"] = found[1]
                beyond.append(found[0] - found[1])
        if beyond:
            figures["variation_beyond_chance"] = max(beyond)
        for pair in PAIRS:
            for kind, bits in _information(pair, values, faces).items():
                figures["_".join(("information", *pair)) + kind] = bits
        alike = values["alike"][~np.isnan(values["alike"])]
        if alike.size:
            figures["eyes_alike"] = float(alike.mean())
        figures.update(_different(values, faces))
        figures["true_bits"] = float(values["true_bits"].mean())
        return figures


def _alike(reader, picture, reading):
    """1 if both eyes have the same iris and gaze, 0 if not; NaN without two open eyes."""
    if reading.hidden["eyes"] != "two" or not reading.readable["iris"]:
        return np.nan
    eyes = reader.read_eyes(picture, reading.hidden)
    return float(eyes.left == eyes.right) if eyes.clear else np.nan


def _variation(name, values, faces):
    """(total variation, that of exact sampling) of an attribute; None if not seen."""
    column = NAMES.index(name)
    groups: dict[tuple, Any] = {}  # {probabilities: counts}
    for faces_of, numbers, clear, hidden in zip(
        faces, values["numbers"], values["clear"], values["hidden"]
    ):
        expected = _probabilities(faces_of, column)
        if hidden[column] and expected.any():
            # Rounded, as sums over other orders of the same numbers differ at the end.
            key = tuple(expected.round(9))
            counts = _counts(numbers[clear, column], len(expected))
            groups[key] = groups.get(key, 0) + counts
    expected = np.array([key for key, counts in groups.items() if counts.sum()])
    if not len(expected):
        return None
    counts = np.array([counts for counts in groups.values() if counts.sum()])
    simulated = frequencies.simulated_counts(counts.sum(axis=1), expected)
    return (
        float(frequencies.total_variation(counts, expected)),
        float(frequencies.total_variation(simulated, expected).mean()),
    )


def _counts(numbers, size):
    return np.bincount(numbers[numbers >= 0], minlength=size)


def _probabilities(faces, column):
    """Probabilities of an attribute's values where it can be seen: float [K]."""
    numbers, size = faces.numbers[:, column], len(creatures.VALUES[NAMES[column]])
    seen = numbers >= 0
    sums = np.bincount(numbers[seen], faces.probabilities[seen], size)
    return sums / max(sums.sum(), np.finfo(float).tiny)


def _information(pair, values, faces):
    """Bits of a pair: {"": found, "_true": ..., "_by_chance": ...}, or nothing."""
    groups: dict[bytes, Any] = {}
    hides = values["hidden"][:, [NAMES.index(n) for n in pair if n in NAMES]]
    for row in np.flatnonzero(hides.all(axis=1)):
        top, clear = int(values["top"][row]), values["clear"][row]
        numbers = values["numbers"][row][clear]
        expected = _joint(pair, top, faces[row].numbers, faces[row].probabilities)
        counts = _joint(pair, top, numbers, np.ones(len(numbers)))
        _, before = groups.get(expected.tobytes(), (None, 0))
        groups[expected.tobytes()] = expected, before + counts
    sizes = np.array([int(counts.sum()) for _, counts in groups.values()])
    if not sizes.sum():
        return {}
    expected = np.stack([each for each, _ in groups.values()])
    counts = sum(each for _, each in groups.values())
    flat = expected.reshape(len(expected), -1)
    drawn = frequencies.simulated_counts(sizes, flat).sum(axis=1)
    bits = frequencies.mutual_information
    return {
        "": float(bits(counts)),
        "_true": float(bits(np.average(expected, axis=0, weights=sizes))),
        "_by_chance": float(bits(drawn.reshape(-1, *counts.shape)).mean()),
    }


def _joint(pair, top, numbers, weights):
    """Sums of weights by the values of a pair: float [A, B]."""
    sizes = [len(_TOPS) if n == "top" else len(creatures.VALUES[n]) for n in pair]
    places = [_column(name, top, numbers) for name in pair]
    flat = np.ravel_multi_index(places, sizes)
    return np.bincount(flat, weights, sizes[0] * sizes[1]).reshape(sizes)


def _column(name, top, numbers):
    if name == "top":
        return np.full(len(numbers), top)
    column = numbers[:, NAMES.index(name)]
    # By the table, only two open eyes are ever behind shades.
    return np.where(column < 0, creatures.VALUES["eyes"].index("two"), column)


def _different(values, faces):
    # By chance, too, few clear completions show few faces.
    counts = values["clear"].sum(axis=1)
    found = [
        len({tuple(row) for row in numbers[clear]})
        for numbers, clear in zip(values["numbers"], values["clear"])
    ]
    true = [
        frequencies.expected_different(face.probabilities, int(count))
        for face, count in zip(faces, counts)
    ]
    return {"different": float(np.mean(found)), "different_true": float(np.mean(true))}
