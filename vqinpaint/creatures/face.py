"""The hidden part: cheeks, mouth, eyes, nose, moustache, brows and glasses.

All of it lies within 0.45 of the middle. Together with the contact shadows of its parts
and the smoothing of heights it ends inside the hole, which reaches to 0.5.
"""

import math

import numpy as np

from vqinpaint.creatures import palette
from vqinpaint.creatures.body import SIDES

# Eyes: x, y, radius.
EYES = {
    "two": [(-0.205, -0.135, 0.165), (0.205, -0.135, 0.165)],
    "one": [(0.0, -0.13, 0.215)],
    "three": [(-0.265, -0.09, 0.13), (0.265, -0.09, 0.13), (0.0, -0.185, 0.135)],
    "closed": [(-0.2, -0.13, 0.125), (0.2, -0.13, 0.125)],
}
_MOUTH = 0.27  # y of its upper edge
_NOSE = 0.13  # y of a button
_PLACES = (0, _NOSE), (0.1, 0.24), (0.2, -0.33)  # of nose, moustache, brows
_LENSES = (0.214, -0.135, 0.188)  # x, y, radius of round glasses

_INK = palette.linear("4a1418")
_TONGUE = palette.linear("e2525a")
_TEETH = palette.linear("fbf8ef")
_BLUSH = palette.linear("f2405c")
_WHITE = palette.linear("fbfaf6")
_PUPIL = palette.linear("120d10")
_LASHES = palette.linear("2a2026")
_HAIR = palette.linear("33231c")
_MOUSTACHE = palette.linear("5a3217")
_FRAME = palette.linear("c8281e")
_SHADES = palette.linear("17161c")


def add(scene, creature):
    """Models the face onto a body.

    Args:
      scene: `Scene` that holds the body, at least where the hole is.
      creature: `Creature`; only its hidden attributes, its colour and its light count.
    """
    # Taken before anything is added, so that no part's height depends on other parts.
    nose, moustache, brows = (scene.height_at(*place) for place in _PLACES)
    glasses = max(scene.height_at(x, -0.135) for x in (-0.2, 0, 0.2))
    _add_cheeks(scene, creature)
    _add_mouth(scene, creature)
    if creature.glasses != "shades":
        _add_eyes(scene, creature)
    _add_nose(scene, creature, nose)
    _add_moustache(scene, creature, moustache)
    _add_brows(scene, creature, brows + 0.06)
    _add_glasses(scene, creature, glasses + 0.1)


def _add_cheeks(scene, creature):
    if creature.cheeks == "none":
        return
    for side in SIDES:
        x, y = (scene.x - 0.31 * side) / 0.145, (scene.y - 0.16) / 0.12
        scene.paint(np.maximum(1 - (x * x + y * y) ** 1.5, 0) ** 2, _BLUSH, 0.75)


def _add_mouth(scene, creature):
    if creature.mouth in ("smile", "sad"):
        _add_bow(scene, 1 if creature.mouth == "smile" else -1)
    elif creature.mouth == "o":
        _add_round_mouth(scene)
    else:
        _add_wide_mouth(scene, creature.mouth)


def _add_bow(scene, bend):
    """A closed mouth; bend 1 smiles, -1 is sad."""
    radius, half_angle, width = 0.25, 0.88, 0.024
    # A sad one begins lower, to stay clear of a moustache.
    middle = _MOUTH + (0.13 if bend > 0 else 0.045)
    x, y = np.abs(scene.x), bend * (scene.y - middle) + radius
    on_arc = np.abs(np.hypot(x, y) - radius)
    to_end = np.hypot(
        x - radius * math.sin(half_angle), y - radius * math.cos(half_angle)
    )
    distance = np.where(np.arctan2(x, y) < half_angle, on_arc, to_end) - width
    bow = scene.inside(distance)
    scene.carve(bow, 0.05, 0.014)
    scene.paint(bow, _INK)


def _add_round_mouth(scene):
    x, y = scene.x / 0.085, (scene.y - (_MOUTH + 0.07)) / 0.085
    opening = scene.inside((np.hypot(x, y) - 1) * 0.085)
    scene.carve(opening, 0.08, 0.012)
    scene.paint(opening, _INK)
    scene.paint(opening * scene.inside(_MOUTH + 0.1 - scene.y), _TONGUE, 0.9)


def _add_wide_mouth(scene, kind):
    x, y = scene.x, scene.y - _MOUTH
    bowl = (np.hypot(x / 0.23, np.maximum(y, 0) / 0.15) - 1) * 0.15
    opening = scene.inside(np.maximum(bowl, -y))
    scene.carve(opening, 0.08, 0.012)
    scene.paint(opening, _INK)
    if kind == "open":
        tongue = (np.hypot(x / 0.15, (y - 0.16) / 0.09) - 1) * 0.09
        scene.paint(opening * scene.inside(tongue), _TONGUE)
        return
    for tooth in (-0.1275, -0.0425, 0.0425, 0.1275):
        square = np.maximum(np.abs(x - tooth) - 0.036, y - 0.065)
        scene.paint(opening * scene.inside(square), _TEETH)


def _add_eyes(scene, creature):
    for x, y, radius in EYES[creature.eyes]:
        if creature.eyes == "closed":
            _add_closed_eye(scene, x, y, radius)
        else:
            _add_open_eye(scene, creature, x, y, radius)


def _add_closed_eye(scene, x, y, radius):
    across, down = np.abs(scene.x - x), scene.y - (y + 0.06)
    lid = np.abs(np.hypot(across, down) - radius)
    to_end = np.hypot(across - radius, down)
    line = scene.inside(np.where(down < 0, lid, to_end) - 0.024)
    scene.carve(line, 0.03, 0.016)
    scene.paint(line, _LASHES)


def _add_open_eye(scene, creature, x, y, radius):
    ground = scene.height_at(x, y)
    scene.ellipsoid(
        (x, y, ground - 0.13), (radius, 1.08 * radius, radius + 0.11), _WHITE, gloss=0.5
    )
    unit = radius / 0.15
    from_eye = np.hypot(scene.x - x, (scene.y - y) / 1.08)
    turn = {"left": -0.052, "front": 0.0, "right": 0.052}[creature.gaze]
    x, y = x + turn * unit, y + 0.01
    distance = np.hypot(scene.x - x, scene.y - y)
    iris = palette.linear(palette.IRISES[creature.iris])
    # Large, so that its colour can be told in a picture of 64 pixels. Where the creature
    # looks aside, the edge of the eye cuts it off.
    disc = np.maximum(distance - 0.106 * unit, from_eye - 0.84 * radius)
    scene.paint(scene.inside(disc), iris)
    scene.paint(scene.inside(distance - 0.045 * unit), _PUPIL)
    # A highlight on the side of the light.
    side = -1 if creature.light == "left" else 1
    glint = np.hypot(scene.x - (x + 0.036 * unit * side), scene.y - (y - 0.042 * unit))
    scene.paint(scene.inside(glint - 0.024 * unit), _WHITE)


def _add_nose(scene, creature, ground):
    if creature.nose == "none":
        return
    colour = palette.body_colour(creature)
    if creature.nose == "button":
        scene.ellipsoid(
            (0, _NOSE, ground - 0.02),
            (0.1, 0.078, 0.16),
            palette.redder(colour),
            blend=0.02,
            gloss=0.7,
        )
        return
    along = np.linspace(0, 1, 10)
    centres = np.stack(
        [0 * along, 0.04 + 0.105 * along, ground + 0.02 + 0.12 * along], axis=1
    )
    radii = 0.062 + 0.03 * along
    scene.balls(centres, radii, palette.lighter(colour), blend=0.03, gloss=0.35)


def _add_moustache(scene, creature, ground):
    if creature.moustache == "no":
        return
    along = np.linspace(0, 1, 12)
    for side in SIDES:
        x = (0.035 + 0.225 * along) * side
        y = 0.228 + 0.05 * np.sin(np.pi * along**0.8) - 0.05 * along**2
        z = ground + 0.03 - 0.06 * along
        centres = np.stack([x, y, z], axis=1)
        radii = 0.05 - 0.03 * along
        scene.balls(centres, radii, _MOUSTACHE, blend=0.015, gloss=0.3)


def _add_brows(scene, creature, height):
    if creature.brows == "none":
        return
    tilt = {"angry": -0.056, "raised": 0.0, "sad": 0.056}[creature.brows]
    along = np.linspace(0, 1, 12)
    y = -0.328 + tilt * (2 * along - 1)
    if creature.brows == "raised":
        y = y - 0.02 - 0.04 * np.sin(np.pi * along)
    for side in SIDES:
        x = (0.095 + 0.235 * along) * side
        centres = np.stack([x, y, np.full_like(x, height)], axis=1)
        radii = 0.03 + 0.008 * np.sin(np.pi * along)
        scene.balls(centres, radii, _HAIR, blend=0.015, gloss=0.3)


def _add_glasses(scene, creature, front):
    if creature.glasses == "none":
        return
    if creature.glasses == "shades":
        for side in SIDES:
            scene.ellipsoid(
                (0.215 * side, -0.125, front - 0.02),
                (0.212, 0.152, 0.11),
                _SHADES,
                gloss=1.6,
                power=2.8,
            )
        bridge = np.hypot(np.maximum(np.abs(scene.x) - 0.06, 0), scene.y + 0.17)
        scene.ridge(bridge, 0.028, front + 0.04, _SHADES, gloss=0.8)
        return
    x, y, radius = _LENSES
    from_centre = np.hypot(np.abs(scene.x) - x, scene.y - y)
    scene.ridge(np.abs(from_centre - radius), 0.026, front + 0.05, _FRAME, gloss=0.8)
    temple = np.hypot(
        np.maximum(np.abs(np.abs(scene.x) - 0.383) - 0.015, 0), scene.y - y
    )
    scene.ridge(temple, 0.02, front + 0.03, _FRAME, gloss=0.8)
