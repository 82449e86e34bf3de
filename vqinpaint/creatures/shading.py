"""Light on a height field: key, fill and rim light, highlights, shadows, occlusion."""

import numpy as np
from scipy.ndimage import gaussian_filter, shift, uniform_filter

from vqinpaint.creatures.palette import GAMMA
from vqinpaint.creatures.scene import BACK

# Lengths in the scene's unit, of which the picture measures two.
_SMOOTHING = 0.008  # of heights, before their slopes are taken
_SURROUNDINGS = 0.09  # that occlude a place
_CONTACT = 0.025  # half of the reach of the occlusion by parts of the face
_SHADOW_SHIFT, _SHADOW_BLUR = (0.2, 0.18), 0.11  # cast on the background: y, x
_STEEPEST = 6.0  # slope
_SOLID = BACK + 0.05  # higher places are clay


def solid(scene):
    """bool [n, n]: where there is clay and not the background."""
    return scene.height > _SOLID


def blurred(field, pixel, reach):
    """Mean of a field around each place, by two box filters.

    Running sums make it fast, and unlike a Gaussian its reach is exactly limited.

    Args:
      field: float32 [n, n].
      pixel: distance between samples.
      reach: half of a box's side; the mean reaches twice as far.

    Returns:
      float32 [n, n].
    """
    size = 2 * round(reach / pixel) + 1
    return uniform_filter(uniform_filter(field, size), size)


def surroundings(scene):
    """Mean height around each place of a whole picture, [n, n]."""
    ground = np.where(solid(scene), scene.height, np.float32(-0.25))
    return blurred(ground, scene.pixel, _SURROUNDINGS)


def openness(height, around):
    """Light from all sides that reaches a place, 0.35 to 1; both [n, n]."""
    return np.clip(1 - 1.6 * np.clip(around - height, 0, 0.35), 0.35, 1)


def contact(change, pixel):
    """How parts of a face darken what they stand on, 0.45 to 1.

    Args:
      change: float32 [n, n], heights with the face minus those without.
      pixel: distance between samples.
    """
    around = blurred(np.clip(change, -0.12, 0.12), pixel, _CONTACT)
    # Running sums carry rounding errors of some 1e-9 along, out to the hole's edge.
    around[np.abs(around) < 1e-5] = 0
    return np.clip(1 - 5 * np.clip(around - change, 0, 1), 0.45, 1)


def lit(scene, light, occlusion):
    """The colours of clay in light.

    Args:
      scene: `Scene`.
      light: "left" or "right", where the key light stands.
      occlusion: float32 [n, n], the share of ambient light that arrives.

    Returns:
      float32 [n, n, 3] in linear light; may exceed 1.
    """
    side = 1 if light == "left" else -1
    normal = _normals(scene)
    towards = _unit(-0.55 * side, -0.75, 0.75)
    key = np.clip(_dot(normal, towards) * 0.9 + 0.1, 0, 1)
    fill = np.clip(_dot(normal, _unit(0.8 * side, 0.1, 0.5)), 0, 1)
    half_way = _unit(*(np.array(towards) + (0, 0, 1)))
    shine = np.clip(_dot(normal, half_way), 0, 1)
    shine8 = _square(_square(_square(shine)))
    shine40 = _square(_square(shine8)) * shine8
    rim = 1 - normal[2]
    brightness = 0.3 * occlusion + 0.78 * key * (0.4 + 0.6 * occlusion)
    brightness += 0.22 * fill + 0.2 * rim * rim * rim
    highlight = scene.gloss * (0.9 * shine40 + 0.25 * shine8)
    return scene.colour * brightness[..., None] + highlight[..., None]


def with_background(scene, colours, light):
    """Replaces the colours of empty places by the background's, with cast shadows.

    Args:
      scene: `Scene` of a whole picture.
      colours: float32 [n, n, 3], from `lit`.
      light: "left" or "right".
    """
    side = 1 if light == "left" else -1
    clay = solid(scene)
    down, along = (length / scene.pixel for length in _SHADOW_SHIFT)
    cast = shift(clay.astype(np.float32), (down, along * side), order=0)
    cast = blurred(cast, scene.pixel, _SHADOW_BLUR)
    floor = np.exp(-((scene.x / 0.62) ** 2) - ((scene.y - 0.93) / 0.07) ** 2)
    shade = 1 - 0.38 * cast - 0.35 * floor
    return np.where(clay[..., None], colours, scene.colour * shade[..., None])


def to_bytes(colours, supersampling):
    """Averages samples in linear light and maps tones to sRGB.

    Args:
      colours: float32 [n, n, 3].
      supersampling: samples per pixel along each side.

    Returns:
      uint8 [n / supersampling, n / supersampling, 3].
    """
    samples = np.clip(colours, 0, 1)
    for _ in "rows", "columns":
        samples = sum(samples[i::supersampling] for i in range(supersampling))
        samples = samples.swapaxes(0, 1)
    tones = (samples / supersampling**2) ** np.float32(1 / GAMMA)
    return (tones * 255 + np.float32(0.5)).astype(np.uint8)


def _normals(scene):
    """Unit vectors towards the viewer: three of [n, n]."""
    height = gaussian_filter(scene.height, _SMOOTHING / scene.pixel)
    down, along = np.gradient(height, np.float32(scene.pixel))
    along = np.clip(along, -_STEEPEST, _STEEPEST)
    down = np.clip(down, -_STEEPEST, _STEEPEST)
    length = 1 / np.sqrt(along * along + down * down + 1)
    return -along * length, -down * length, length


def _unit(*vector):
    length = np.sqrt(sum(v * v for v in vector))
    return tuple(float(v / length) for v in vector)


def _dot(normal, vector):
    # Not a matrix product, whose order of additions depends on the machine's BLAS.
    return normal[0] * vector[0] + normal[1] * vector[1] + normal[2] * vector[2]


def _square(values):
    return values * values
