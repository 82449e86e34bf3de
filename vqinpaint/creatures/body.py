"""What a clay creature is made of around its face: background, body, limbs, skin."""

import numpy as np

from vqinpaint.creatures import palette

SIDES = (-1, 1)
# Ellipsoids of the body: x, y, three radii, power.
_BODIES = {
    "ball": [(0, 0.1, 0.74, 0.74, 0.62, 2.0)],
    "egg": [(0, 0.08, 0.66, 0.8, 0.6, 2.0)],
    "wide": [(0, 0.16, 0.86, 0.68, 0.62, 2.4)],
    "pear": [(0, 0.26, 0.74, 0.6, 0.6, 2.0), (0, -0.22, 0.52, 0.52, 0.5, 2.0)],
    "box": [(0, 0.1, 0.7, 0.72, 0.55, 3.6)],
}
_SHOULDERS = {"ball": 0.74, "egg": 0.66, "pear": 0.72, "box": 0.72, "wide": 0.84}
_CROWNS = {"ball": -0.62, "egg": -0.7, "pear": -0.66, "box": -0.58, "wide": -0.5}
_INNER_EAR = palette.linear("f6b7a8")
_HORN = palette.linear("f7efdc")
_BULB = palette.linear("ffd84a")
# Spots keep this distance from the middle, so that the hole hides nothing random but
# the face.
_SPOTLESS = 0.55


def build(scene, creature):
    """Models everything around the face, and the bare surface that the face stands on.

    Args:
      scene: empty `Scene` of a whole picture.
      creature: `Creature`; its hidden attributes change nothing.
    """
    colour = palette.linear(palette.BACKGROUNDS[creature.background])
    scene.colour[:] = colour * (1.05 - 0.125 * (scene.y[..., None] + 1))
    colour = palette.body_colour(creature)
    _TOPS[creature.top](scene, creature, colour)
    for side in SIDES:
        scene.ellipsoid(
            (0.28 * side, 0.84, 0.1), (0.2, 0.12, 0.2), palette.darker(colour)
        )
    behind = scene.height.copy()
    for x, y, *radii, power in _BODIES[creature.shape]:
        radii = (radii[0] * creature.width, radii[1] * creature.height, radii[2])
        scene.ellipsoid((x, y, 0), radii, colour, blend=0.25, gloss=0.22, power=power)
    on_body = (scene.height > behind).astype(np.float32)
    _SKINS[creature.skin](scene, creature, palette.darker(colour), on_body)
    reach = _SHOULDERS[creature.shape] * creature.width
    for side in SIDES:
        scene.ellipsoid(
            (reach * side, 0.36, 0),
            (0.13, 0.2, 0.16),
            colour,
            blend=0.06,
            gloss=0.2,
            turn=-0.5 * side,
        )


def _crown(creature):
    """y of the top of the head."""
    return _CROWNS[creature.shape] * creature.height


def _no_top(scene, creature, colour):
    del scene, creature, colour


def _ears(scene, creature, colour):
    y, x = _crown(creature), 0.46 * creature.width
    for side in SIDES:
        scene.ellipsoid((x * side, y + 0.06, -0.1), (0.24, 0.24, 0.2), colour)
        scene.ellipsoid((x * side, y + 0.08, 0.02), (0.13, 0.13, 0.1), _INNER_EAR)


def _bunny_ears(scene, creature, colour):
    y, x = _crown(creature), 0.26 * creature.width
    for side in SIDES:
        turn = 0.18 * side
        scene.ellipsoid(
            (x * side, y - 0.01, -0.1), (0.13, 0.31, 0.16), colour, turn=turn
        )
        scene.ellipsoid(
            (x * side, y + 0.01, 0), (0.065, 0.22, 0.09), _INNER_EAR, turn=turn
        )


def _horns(scene, creature, colour):
    del colour
    along = np.linspace(0, 5.4, 24)
    x = 0.34 * creature.width + 0.05 * along
    y = _crown(creature) + 0.08 - 0.052 * along - 0.004 * along**2
    for side in SIDES:
        centres = np.stack([x * side, y, np.full_like(x, -0.05)], axis=1)
        scene.balls(centres, 0.125 - 0.0172 * along, _HORN, blend=0.02, gloss=0.4)


def _antennae(scene, creature, colour):
    along = np.linspace(0, 1, 24)
    x, y = 0.16 + 0.24 * along, _crown(creature) + 0.03 - 0.25 * along
    for side in SIDES:
        centres = np.stack([x * side, y, np.full_like(x, -0.1)], axis=1)
        scene.balls(centres, np.full(24, 0.032), palette.darker(colour), blend=0.02)
        scene.ellipsoid(
            (0.42 * side, _crown(creature) - 0.23, 0), (0.085,) * 3, _BULB, gloss=0.6
        )


def _tuft(scene, creature, colour):
    y = _crown(creature) + 0.02
    for angle in (-0.8, -0.4, 0.0, 0.4, 0.8):
        scene.ellipsoid(
            (0.31 * np.sin(angle), y - 0.12 * np.cos(angle), -0.05),
            (0.085, 0.22, 0.1),
            palette.darker(colour),
            blend=0.03,
            turn=angle,
        )


def _plain(scene, creature, colour, on_body):
    del scene, creature, colour, on_body


def _spots(scene, creature, colour, on_body):
    generator = np.random.Generator(np.random.PCG64(creature.pattern))
    for _ in range(60):
        x, y, radius = (
            np.float32(low + (high - low) * generator.random())
            for low, high in ((-0.9, 0.9), (-0.7, 0.9), (0.045, 0.1))
        )
        if max(abs(x), abs(y)) - radius < _SPOTLESS:
            continue
        spot = scene.inside(np.hypot(scene.x - x, scene.y - y) - radius)
        scene.paint(spot * on_body, colour, 0.55)


def _stripes(scene, creature, colour, on_body):
    generator = np.random.Generator(np.random.PCG64(creature.pattern))
    density, phase = 8.5 + 4 * generator.random(), 2 * np.pi * generator.random()
    bent = scene.y - np.float32(0.35) * scene.x**2
    wave = np.sin(bent * np.float32(density) + np.float32(phase))
    stripes = np.clip((wave - np.float32(0.2)) * 4, 0, 1)
    scene.paint(stripes * on_body, colour, 0.5)


_TOPS = {
    "none": _no_top,
    "ears": _ears,
    "horns": _horns,
    "antenna": _antennae,
    "tuft": _tuft,
    "bunny": _bunny_ears,
}
_SKINS = {"plain": _plain, "spots": _spots, "stripes": _stripes}
