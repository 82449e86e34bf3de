"""Draws the picture of a creature from its attributes."""

import math

import numpy as np

from vqinpaint.creatures import body, face, shading
from vqinpaint.creatures.attributes import Creature
from vqinpaint.creatures.holes import centre_span, check_side
from vqinpaint.creatures.scene import Scene


class Body:
    """A creature drawn without its face, to which any number of faces can be added.

    Nothing outside the centred hole can depend on the face: the face is drawn on a copy
    of the surface there, and only the hole's pixels are taken from it.

    Args:
      creature: `Creature`; only its visible attributes count.
      side: of the picture in pixels, 64 to 256.
      supersampling: samples per pixel along each side.

    Attributes:
      picture: uint8 [side, side, 3] without a face.
      hole: slice of the hole's rows, and of its columns.

    Raises:
      UsageError: the side is not possible.
    """

    def __init__(self, creature, side=128, supersampling=2):
        check_side(side)
        self._supersampling = supersampling
        self._visible = creature.visible()
        scene = Scene(side * supersampling)
        body.build(scene, creature)
        around = shading.surroundings(scene)
        occlusion = shading.openness(scene.height, around)
        colours = shading.lit(scene, creature.light, occlusion)
        colours = shading.with_background(scene, colours, creature.light)
        self.picture = shading.to_bytes(colours, supersampling)
        first, last = centre_span(side)
        self.hole = slice(first, last)
        # Heights and shades are smoothed, which needs some pixels around the hole.
        self._margin = math.ceil(0.02 * side) + 2
        ends = [
            supersampling * end for end in (first - self._margin, last + self._margin)
        ]
        self._ground = scene.copy(*ends)
        self._around = around[slice(*ends), slice(*ends)].copy()
        inner = slice(supersampling * first, supersampling * last)
        clay = shading.solid(scene)[inner, inner]
        cells = (last - first, supersampling) * 2
        # With a narrow head there is background in the corners of the hole.
        self._clay = clay.reshape(cells).all(axis=(1, 3))[..., None]

    def face(self, creature):
        """uint8 [h, h, 3]: the hole's pixels with a creature's hidden attributes."""
        creature = Creature(**self._visible, **creature.hidden())
        scene = self._ground.copy()
        face.add(scene, creature)
        change = scene.height - self._ground.height
        occlusion = shading.openness(scene.height, self._around)
        occlusion = occlusion * shading.contact(change, scene.pixel)
        colours = shading.lit(scene, creature.light, occlusion)
        inner = slice(self._margin, -self._margin)
        drawn = shading.to_bytes(colours, self._supersampling)[inner, inner]
        return np.where(self._clay, drawn, self.picture[self.hole, self.hole])

    def draw(self, creature):
        """uint8 [side, side, 3]: the picture with a creature's hidden attributes."""
        picture = self.picture.copy()
        picture[self.hole, self.hole] = self.face(creature)
        return picture


def draw(creature, side=128, supersampling=2):
    """Draws a creature.

    Args:
      creature: `Creature`.
      side: of the picture in pixels, 64 to 256.
      supersampling: samples per pixel along each side, for smooth edges.

    Returns:
      uint8 [side, side, 3], the same at every call.

    Raises:
      UsageError: the side is not possible.

    Example:
      >>> from vqinpaint import creatures
      >>> creature = creatures.sample(seed=0, index=4)
      >>> picture = creatures.draw(creature, side=64)
      >>> str(picture.dtype), picture.shape
      ('uint8', (64, 64, 3))
      >>> hole = creatures.holes.centre(64) > 0
      >>> other = creatures.draw(creatures.sample_face(creature, 0, 1), side=64)
      >>> bool((picture == other)[~hole].all()), bool((picture == other)[hole].all())
      (True, False)
    """
    return Body(creature, side, supersampling).draw(creature)
