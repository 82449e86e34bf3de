"""The reader of hidden attributes, on true pictures and on spoilt ones."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from vqinpaint import creatures
from vqinpaint.creatures.reader import LIMIT
from vqinpaint.errors import UsageError

SIDE = 128
COUNT = 100


def _to_bytes(picture):
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _disturbed(picture, seed):
    """{what was done: picture}: the creature can still be told."""
    noise = np.random.default_rng(seed).normal(0, 8, picture.shape)
    blurred = gaussian_filter(picture, (1, 1, 0))
    cases = {
        "true": picture,
        "noisy": picture + noise,
        "blurred": blurred,
        "both": blurred + noise,
    }
    return {name: _to_bytes(case) for name, case in cases.items()}


def _spoilt(picture, creature, number):
    """{what was done: picture}: no single creature is in the hole."""
    body = creatures.Body(creature, SIDE)
    hole = body.hole
    other = creatures.draw(creatures.sample(902, number), SIDE)
    face = body.draw(creatures.sample_face(creature, 5, number)).astype(np.float32)
    cases = {"plain": picture.copy(), "stranger": picture.copy()}
    cases["plain"][hole, hole] = picture.mean(axis=(0, 1))
    cases["stranger"][hole, hole] = other[hole, hole]
    cases["bare"] = body.picture
    cases["mean of two"] = (picture + face) / 2
    return {name: _to_bytes(case) for name, case in cases.items()}


@pytest.fixture(scope="module")
def readings():
    """{what was done: list of (`Creature`, `Reading`)}."""
    found = {}
    for number in range(COUNT):
        creature = creatures.sample(901, number)
        reader = creatures.Reader(creature, SIDE)
        picture = creatures.draw(creature, SIDE).astype(np.float32)
        cases = _disturbed(picture, number)
        if number < 25:
            cases.update(_spoilt(picture, creature, number))
        for name, case in cases.items():
            found.setdefault(name, []).append((creature, reader.read(case)))
    return found


def _share_right(readings):
    """Share of what can be seen that was read as it is."""
    right = [
        reading.hidden[name] == getattr(creature, name)
        for creature, reading in readings
        for name in creatures.seen(creature)
    ]
    return np.mean(right)


def test_true_pictures_are_read_without_a_mistake(readings):
    assert _share_right(readings["true"]) == 1
    for creature, reading in readings["true"]:
        assert reading.residual == 0 and reading.worst == 0 and reading.clear
        told = tuple(name for name, shown in reading.readable.items() if shown)
        assert set(told) == set(creatures.seen(creature))


@pytest.mark.parametrize("case", ["noisy", "blurred", "both"])
def test_noise_and_blur_do_not_mislead(readings, case):
    # None of some 830 was read wrongly; a few may be with another CPU's rounding.
    assert _share_right(readings[case]) > 0.995
    assert np.mean([reading.clear for _, reading in readings[case]]) > 0.99


def test_the_residual_is_the_noise(readings):
    residuals = [reading.residual for _, reading in readings["noisy"]]
    # 8 less what is cut off at black and white; its own error is 8 / sqrt(2 * 12288).
    assert 7.5 < np.min(residuals) and np.max(residuals) < 8.3


@pytest.mark.parametrize("case", ["plain", "stranger", "bare"])
def test_spoilt_holes_are_told_from_true_ones(readings, case):
    assert not any(reading.clear for _, reading in readings[case])


def test_faces_that_differ_do_not_make_one_by_their_mean(readings):
    # Two faces may differ so little that their mean shows one of them.
    assert np.mean([reading.clear for _, reading in readings["mean of two"]]) < 0.05


def test_the_limit_lies_between(readings):
    cases = ("true", "noisy", "blurred", "both")
    worst_of_true = [r.worst for case in cases for _, r in readings[case]]
    best_of_bare = [r.worst for _, r in readings["bare"]]
    assert 1.3 * np.quantile(worst_of_true, 0.99) < LIMIT < min(best_of_bare) / 1.3


def test_one_call_reads_as_the_reader_does():
    creature = creatures.sample(0, 4)
    picture = creatures.draw(creature, 64)
    reading = creatures.read(picture, creature.bare())
    assert reading == creatures.Reader(creature, 64).read(picture)
    assert reading.hidden == creature.hidden() and all(reading.readable.values())


def test_only_the_hole_is_looked_at():
    creature = creatures.sample(0, 4)
    picture = creatures.draw(creature, 64)
    picture[creatures.holes.centre(64) == 0] = 0
    assert creatures.read(picture, creature).residual == 0


def test_pictures_of_another_size_are_refused():
    creature = creatures.sample(0, 4)
    reader = creatures.Reader(creature, 64)
    with pytest.raises(UsageError, match=r"\(128, 128, 3\).*\(64, 64, 3\) is wanted"):
        reader.read(creatures.draw(creature, 128))


def test_a_whole_picture_is_read_without_knowing_anything_of_it():
    reader = creatures.WholeReader(64)
    for i in range(4):
        creature = creatures.sample(5, i, creatures.VALIDATION)
        reading = reader.read(creatures.draw(creature, 64))
        assert reading.visible == {n: getattr(creature, n) for n in creatures.WHOLE}
        for name in creatures.seen(creature):
            assert reading.face.hidden[name] == getattr(creature, name)


def test_noise_is_no_creature():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    reading = creatures.WholeReader(64).read(noise)
    assert reading.residual > 40 and not reading.face.clear
    with pytest.raises(UsageError, match="a picture of shape"):
        creatures.WholeReader(64).read(noise[:32])
