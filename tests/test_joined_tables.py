"""Tables that are filled in parts and joined are the table of one pass."""

import inspect
import io

import numpy as np
import pytest

from vqinpaint import creatures, metrics
from vqinpaint.evaluating.measurement import Measurement
from vqinpaint.evaluating.plots import MOST_MAPS, EntropyMaps
from vqinpaint.features.caching import CachedFeatures
from vqinpaint.metrics.intervals import bootstrap, jackknife

SIDE, NUMBER = 64, 11
PARTS = (4, 4, 3)  # the last is uneven
_CREATURES = [creatures.sample(seed=0, index=i) for i in range(NUMBER)]


def _features(pictures):
    flat = np.reshape(pictures, [len(pictures), -1]).astype("f4")
    return flat[:, :: flat.shape[1] // 7][:, :6] / 255


def _distance(first, second):
    return np.abs(first.astype("f4") - second).mean(axis=(1, 2, 3))


# How each is made for the pictures from `first` on.
METRICS = {
    "L1": lambda first: metrics.L1(),
    "PSNR": lambda first: metrics.PSNR(),
    "SSIM": lambda first: metrics.SSIM(),
    "HoleL1": lambda first: metrics.HoleL1("best", np.min),
    "HoleDiversity": lambda first: metrics.HoleDiversity(),
    "PosteriorCoverage": lambda first: metrics.PosteriorCoverage(),
    "PerceptualFigures": lambda first: metrics.PerceptualFigures(_distance),
    "Reinpainting": lambda first: metrics.Reinpainting(lambda image, mask: image // 2),
    "SetFigures": lambda first: metrics.SetFigures(_features, np.eye(6), False),
    "CreatureFaces": lambda first: metrics.CreatureFaces(_CREATURES[first:]),
    "CreatureRecovery": lambda first: metrics.CreatureRecovery(_CREATURES[first:]),
}
# They are given something else than completions; see the test of their own.
_OTHERS = {"CodeFigures"}
_BASES = {"Rows", "PerPicture", "PerCompletion"}


@pytest.fixture(scope="module")
def pictures():
    """(truth, mask, completions) of each picture."""
    draw, found = np.random.default_rng(0), []
    for number, creature in enumerate(_CREATURES):
        truth = creatures.draw(creature, SIDE)
        other = creatures.draw(_CREATURES[number - 1], SIDE)
        mask = creatures.holes.centre(SIDE)
        noise = draw.integers(0, 9, truth.shape).astype(np.uint8)
        found.append((truth, mask, np.stack([truth, other // 2 + noise])))
    return found


def _through_file(values):
    """As what comes from another process; no object of Python goes through."""
    buffer = io.BytesIO()
    np.savez(buffer, **values)
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as arrays:
        return dict(arrays)


def _joined(made, add, parts=PARTS):
    joined, first = made(0), 0
    for count in parts:
        table = made(first)
        for number in range(first, first + count):
            add(table, number)
        joined.extend(_through_file(table.values()))
        first += count
    return joined


def test_every_table_of_rows_is_tried():
    tables = {
        name
        for name, kind in inspect.getmembers(metrics, inspect.isclass)
        if issubclass(kind, metrics.Rows)
    }
    assert tables == METRICS.keys() | _OTHERS | _BASES


@pytest.mark.parametrize("name", METRICS)
def test_rows_of_parts_joined_are_those_of_one_pass(name, pictures):
    # Reading creatures takes long.
    parts = (2, 1) if name.startswith("Creature") else PARTS

    def add(table, number):
        table.add(*pictures[number])

    joined = _joined(METRICS[name], add, parts)
    one = METRICS[name](0)
    for number in range(sum(parts)):
        add(one, number)
    assert joined.result() == one.result()
    assert len(joined) == sum(parts)
    if name == "SetFigures":
        assert jackknife(joined) == jackknife(one)
    elif parts is PARTS:
        assert bootstrap(joined, draws=3) == bootstrap(one, draws=3)


def test_rows_of_codes_joined_are_those_of_one_pass():
    draw = np.random.default_rng(0)
    images = draw.integers(0, 255, (NUMBER, 8, 8, 3)).astype(np.uint8)
    again, bits = images // 2, draw.random((NUMBER, 2, 2)).astype("f4")
    codes = draw.integers(0, 500, (NUMBER, 2, 2))
    codes[4:8] %= 7  # a part whose codes need a byte each

    def add(table, number):
        rows = slice(number, number + 1)
        table.add(images[rows], again[rows], bits[rows], codes[rows])

    joined = _joined(lambda first: metrics.CodeFigures(), add)
    one = metrics.CodeFigures()
    one.add(images, again, bits, codes)
    assert joined.result() == one.result()


def test_measurements_joined_are_those_of_one_pass(pictures):
    def made(first=0):
        return Measurement(
            [("completed", metrics.L1()), ("completed", metrics.HoleL1())]
        )

    def add(table, number):
        truth, mask, completed = pictures[number]
        mask = (
            np.roll(mask, 2 * number, axis=0) if number % 2 else np.full_like(mask, 255)
        )
        table.add(truth, mask, {"completed": completed})

    one = made()
    for number in range(NUMBER):
        add(one, number)
    joined = _joined(made, add)
    assert len(joined) == len(one) == NUMBER
    assert joined.column() == one.column()
    assert set(one.column()["by_missing_share"]) == {"20-40", "60-100"}


def test_maps_joined_are_the_first(pictures):
    def add(table, number):
        truth, mask, completed = pictures[number]
        views = {"completed": completed, "entropy": np.full((2, 8, 8), number + 1.0)}
        table.add(truth, mask, views)

    joined = _joined(lambda first: EntropyMaps(), add)
    one = EntropyMaps()
    for number in range(NUMBER):
        add(one, number)
    assert len(joined) == MOST_MAPS
    np.testing.assert_array_equal(joined.values()["entropy"], one.values()["entropy"])


def test_features_of_other_processes_are_known_and_kept(pictures, tmp_path):
    asked = []

    def network(rows):
        asked.append(len(rows))
        return _features(rows)

    path, truths = str(tmp_path / "features.npy"), [truth for truth, _, _ in pictures]
    main = CachedFeatures(network, path)
    main(np.stack(truths[:2]))
    beside = main.beside()
    beside(np.stack(truths[:5]))
    assert asked == [2, 3] and (len(main), len(beside)) == (2, 3)
    main.extend(_through_file(beside.values()))
    np.testing.assert_array_equal(main(np.stack(truths[:5])), _features(truths[:5]))
    assert asked == [2, 3]
    main.save()
    assert len(main) == 0
    np.testing.assert_array_equal(
        CachedFeatures(network, path)(np.stack(truths[:5])), _features(truths[:5])
    )
    assert asked == [2, 3]
