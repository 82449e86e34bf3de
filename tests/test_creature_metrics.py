"""Metrics of creatures: exact sampling passes, and each kind of broken sampler is found."""

import dataclasses

import numpy as np
import pytest

from vqinpaint import creatures, metrics
from vqinpaint.creatures.faces import possible_faces
from vqinpaint.metrics import frequencies

SIDE = 64
CENTRE = creatures.holes.centre(SIDE)


class _Told:
    """In place of `creatures.Reader`, which takes long; see `_pictures_of`."""

    faces: dict = {}

    def __init__(self, creature, side):
        pass

    def read(self, picture):
        face, worst = self.faces[picture.tobytes()]
        hidden = dict(face)
        unseen = creatures.attributes.covered(hidden)
        readable = {name: name not in unseen for name in hidden}
        return creatures.Reading(hidden, worst, worst, readable)

    def read_eyes(self, picture, hidden):
        both = {"iris": hidden["iris"], "gaze": hidden["gaze"]}
        return creatures.Eyes(both, both, 0.0)


def _pictures_of(faces, clear):
    """Small pictures that stand for faces, and are told apart by `_Told`.

    The first `clear` of them are clear.
    """
    pictures = []
    for place, face in enumerate(faces):
        picture = np.zeros((SIDE, SIDE, 3), np.uint8)
        numbers = np.frombuffer(np.int32(len(_Told.faces)).tobytes(), np.uint8)
        picture[0, : len(numbers), 0] = numbers
        worst = 0.0 if place < clear else 99.0
        _Told.faces[picture.tobytes()] = face.hidden(), worst
        pictures.append(picture)
    return np.stack(pictures)


def _figures(sampler, count=150, number=8, mask=CENTRE, clear=8):
    """Figures of a sampler, a function of a creature and a number to a creature."""
    shown = [creatures.sample(77, i, creatures.VALIDATION) for i in range(count)]
    metric = metrics.CreatureFaces(shown, _Told)
    truth = np.zeros((SIDE, SIDE, 3), np.uint8)
    for creature in shown:
        faces = [sampler(creature, i) for i in range(number)]
        metric.add(truth, mask, _pictures_of(faces, clear))
    return metric.result()


def _exact(creature, i):
    return creatures.sample_face(creature, 5, i)


@pytest.fixture(scope="module")
def exact():
    """Figures of exact sampling."""
    return _figures(_exact)


def test_exact_sampling_is_within_chance(exact):
    figures = exact
    # Of nine attributes the worst is some standard deviations above its own mean.
    assert figures["variation_beyond_chance"] < 0.03
    for name in creatures.HIDDEN:
        chance = figures[f"variation_{name}_by_chance"]
        assert 0 < chance < 0.06 and figures[f"variation_{name}"] < 2.5 * chance
    for pair in ("brows_mouth", "eyes_glasses", "top_nose"):
        found = figures[f"information_{pair}"]
        assert found == pytest.approx(figures[f"information_{pair}_true"], rel=0.25)
    assert figures["clear"] == figures["eyes_alike"] == 1
    assert figures["different"] == pytest.approx(figures["different_true"], abs=0.05)
    # The variance of -log2 of the probability, some 2.2 squared, over 150 pictures.
    assert figures["true_bits"] == pytest.approx(
        creatures.probability.mean_entropy(), abs=3 * 2.2 / np.sqrt(150)
    )


def test_one_nose_for_all_is_found(exact):
    def one_nose(creature, i):
        return dataclasses.replace(_exact(creature, i), nose="button")

    figures = _figures(one_nose)
    # 1 - P(button): 0.2 with ears, 0.9 with horns, 0.6 with others.
    assert figures["variation_nose"] == pytest.approx(0.58, abs=0.08)
    assert figures["variation_beyond_chance"] > 0.4
    assert figures["information_top_nose"] == 0
    assert figures["variation_mouth"] == exact["variation_mouth"]


def test_faces_of_other_creatures_lose_the_dependence_on_what_is_visible():
    def careless(creature, i):
        other = creatures.sample(78, creature.pattern + i)
        return dataclasses.replace(creature, **other.hidden())

    figures = _figures(careless)
    bits = "information_top_nose"
    assert figures[bits] < 0.3 * figures[f"{bits}_true"]
    # Frequencies over all pictures together would be right.
    assert figures["variation_nose"] > 3 * figures["variation_nose_by_chance"]
    brows_mouth = figures["information_brows_mouth"]
    assert brows_mouth == pytest.approx(
        figures["information_brows_mouth_true"], rel=0.25
    )


def test_the_same_face_again_and_again_is_found():
    figures = _figures(lambda creature, i: _exact(creature, 0))
    assert figures["different"] == 1 and figures["different_true"] > 7.5


def test_few_clear_completions_can_show_few_faces():
    figures = _figures(_exact, clear=2)
    assert figures["clear"] == 0.25
    assert 1.7 < figures["different_true"] <= 2
    assert figures["different"] == pytest.approx(figures["different_true"], abs=0.15)


def test_a_hole_is_judged_by_what_is_visible_around_it():
    def mouth_alone(creature, i):
        other = creatures.probability.distribution("mouth", {"brows": creature.brows})
        generator = np.random.default_rng([creature.pattern, i])
        mouth = generator.choice(list(other), p=list(other.values()))
        return dataclasses.replace(creature, mouth=str(mouth))

    mask = creatures.holes.for_attribute("mouth", SIDE)
    figures = _figures(mouth_alone, mask=mask)
    named = {n for n in figures if n.startswith("variation") and n.count("_") == 1}
    assert named == {"variation_mouth"}
    assert figures["variation_beyond_chance"] < 0.03
    assert not any(name.startswith("information") for name in figures)
    assert "eyes_alike" not in figures

    def without_brows(creature, i):
        return dataclasses.replace(creature, mouth=_exact(creature, i).mouth)

    assert _figures(without_brows, mask=mask)["variation_beyond_chance"] > 0.15


def _read(creature, pictures, mask=CENTRE):
    metric = metrics.CreatureFaces([creature])
    metric.add(creatures.draw(creature, SIDE), mask, np.stack(pictures))
    return metric.result()


def test_eyes_that_differ_and_holes_that_show_no_creature_are_found():
    creature = dataclasses.replace(creatures.sample(0, 4), eyes="two", glasses="none")
    pictures = [
        creatures.draw(dataclasses.replace(creature, iris=iris), SIDE)
        for iris in ("blue", "red")
    ]
    odd, middle = pictures[0].copy(), SIDE // 2
    odd[:, middle:] = pictures[1][:, middle:]
    spoilt = pictures[0].copy()
    spoilt[CENTRE > 0] = spoilt.mean(axis=(0, 1))
    figures = _read(creature, [*pictures, odd, spoilt])
    # No creature has such eyes.
    assert figures["clear"] == 2 / 4 and figures["different"] == 2
    assert figures["eyes_alike"] == 2 / 3
    reader = creatures.Reader(creature, SIDE)
    eyes = reader.read_eyes(odd, reader.read(odd).hidden)
    assert (eyes.left["iris"], eyes.right["iris"]) == ("blue", "red")
    assert eyes.left["gaze"] == eyes.right["gaze"] == creature.gaze
    # The other half is drawn with both eyes of one colour, whose shades reach no further.
    assert eyes.worst < 1


def test_eyes_that_are_not_seen_are_not_counted():
    creature = dataclasses.replace(creatures.sample(0, 4), eyes="two", glasses="shades")
    figures = _read(creature, [creatures.draw(creature, SIDE)])
    assert not {"eyes_alike", "variation_iris", "variation_eyes"} & set(figures)
    assert "variation_glasses" in figures


def test_recovery_counts_what_the_truth_shows():
    creature = dataclasses.replace(creatures.sample(0, 4), eyes="closed")
    other = dataclasses.replace(creature, mouth="o" if creature.mouth != "o" else "sad")
    metric = metrics.CreatureRecovery([creature])
    pictures = [creatures.draw(face, SIDE) for face in (creature, other)]
    metric.add(pictures[0], CENTRE, np.stack(pictures))
    figures = metric.result()
    # Seven attributes can be seen of closed eyes.
    assert figures["recovered"] == 13 / 14 and figures["recovered_mouth"] == 1 / 2
    assert figures["recovered_clear"] == 1 and "recovered_iris" not in figures


def test_what_a_hole_can_show_sums_to_the_table():
    creature = creatures.sample(0, 4)
    possible = possible_faces(creature.visible())
    logs = np.log2(possible.probabilities)
    assert -(possible.probabilities * logs).sum() == pytest.approx(
        creatures.probability.entropy(creature.visible())
    )
    assert len(np.unique(possible.numbers, axis=0)) == len(possible.numbers)
    known = {**creature.visible(), **creature.hidden()}
    assert possible_faces(known).probabilities.tolist() == [1.0]
    row = (possible.numbers == creatures.numbers_of(creature.hidden())).all(axis=1)
    assert np.log2(possible.probabilities[row].sum()) == pytest.approx(
        creatures.probability.log2_probability(creature)
    )


def test_simulated_counts_have_the_mean_that_is_expected():
    sizes, expected = np.array([40, 10]), np.array([[0.7, 0.3], [0.0, 1.0]])
    drawn = frequencies.simulated_counts(sizes, expected, trials=4000)
    # The largest standard error is sqrt(40 * 0.21 / 4000).
    np.testing.assert_allclose(
        drawn.mean(axis=0), expected * sizes[:, None], atol=5 * 0.046
    )
    assert (drawn.sum(axis=2) == sizes).all()
