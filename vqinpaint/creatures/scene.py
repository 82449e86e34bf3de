"""A height field with colours, and the few shapes that everything is modelled with."""

import math

import numpy as np
from scipy.ndimage import gaussian_filter

BACK = -0.6  # height of the background
_NOTHING = -0.55  # shapes do not blend with what is lower


class Scene:
    """Clay seen from the front: each place has a height, a colour and a gloss.

    Coordinates go from -1 (left, top) to 1 (right, bottom) over the whole picture,
    heights towards the viewer are in the same unit. All values are float32.

    Args:
      side: of the whole picture in samples.
      first: first row and column to hold.
      last: one after the last row and column; None = all.

    Attributes:
      x, y: [1, n] and [n, 1], the coordinates.
      height: [n, n].
      colour: [n, n, 3], in linear light.
      gloss: [n, n], strength of highlights.
    """

    def __init__(self, side, first=0, last=None):
        last = side if last is None else last
        grid = ((np.arange(first, last) + 0.5) / side * 2 - 1).astype(np.float32)
        count = len(grid)
        self.side = side
        self.x, self.y = grid[None, :], grid[:, None]
        self.height = np.full((count, count), BACK, np.float32)
        self.colour = np.zeros((count, count, 3), np.float32)
        self.gloss = np.full((count, count), 0.15, np.float32)

    @property
    def pixel(self):
        """Distance between samples."""
        return 2 / self.side

    def copy(self, first=0, last=None):
        """A `Scene` of its own that holds the rows and columns first to last."""
        held = slice(first, last)
        other = object.__new__(Scene)
        other.side = self.side
        other.x, other.y = self.x[:, held], self.y[held]
        for name in ("height", "colour", "gloss"):
            setattr(other, name, getattr(self, name)[held, held].copy())
        return other

    def height_at(self, x, y):
        """float: the height of the sample nearest to a place."""
        row = np.abs(self.y[:, 0] - np.float32(y)).argmin()
        return float(self.height[row, np.abs(self.x[0] - np.float32(x)).argmin()])

    def ellipsoid(
        self, centre, radii, colour, *, blend=0, gloss=0.15, turn=0.0, power=2.0
    ):
        """Adds an ellipsoid.

        Args:
          centre: x, y, height.
          radii: of the three axes.
          colour: [3].
          blend: height over which it merges with what is there; 0 = a sharp edge.
          gloss: strength of its highlights.
          turn: rotation about the line of sight, in radians.
          power: 2 for an ellipsoid, larger for one that is closer to a box.
        """
        # Plain floats: NumPy's own would turn the arrays into float64.
        centre, radii = [float(c) for c in centre], [float(r) for r in radii]
        reach = (max(radii[:2]),) * 2 if turn else radii[:2]
        window = self._window(*centre[:2], *reach)
        x, y = self.x[:, window[1]] - centre[0], self.y[window[0]] - centre[1]
        if turn:
            cosine, sine = math.cos(turn), math.sin(turn)
            x, y = cosine * x + sine * y, cosine * y - sine * x
        if power == 2:
            free = 1 - (x / radii[0]) ** 2 - (y / radii[1]) ** 2
            rise = np.sqrt(np.maximum(free, 0))
        else:
            free = 1 - np.abs(x / radii[0]) ** power - np.abs(y / radii[1]) ** power
            rise = np.maximum(free, 0) ** (1 / power)
        surface = centre[2] + radii[2] * rise
        self._raise(window, free > 0, surface, colour, blend, gloss)

    def balls(self, centres, radii, colour, *, blend=0, gloss=0.15):
        """Adds a chain of balls as one shape, whose parts do not blend with each other.

        Args:
          centres: [K, 3], x, y, height.
          radii: [K].
          colour, blend, gloss: as of `ellipsoid`.
        """
        centres = np.asarray(centres, np.float32)
        radii = np.asarray(radii, np.float32)
        low = (centres[:, :2] - radii[:, None]).min(axis=0)
        high = (centres[:, :2] + radii[:, None]).max(axis=0)
        window = self._window(*(low + high) / 2, *(high - low) / 2)
        x = self.x[:, window[1]] - centres[:, 0, None, None]
        y = self.y[window[0]] - centres[:, 1, None, None]
        free = (radii * radii)[:, None, None] - x * x - y * y  # [K, h, w]
        surface = centres[:, 2, None, None] + np.sqrt(np.maximum(free, 0))
        surface = np.where(free > 0, surface, -9).max(axis=0)
        self._raise(window, surface > -9, surface, colour, blend, gloss)

    def ridge(self, distance, width, base, colour, *, gloss=0.15):
        """Adds a round wire along a line.

        Args:
          distance: [n, n], of each place from the line.
          width: half of the wire's.
          base: height of its middle.
          colour, gloss: as of `ellipsoid`.
        """
        free = np.float32(width * width) - distance * distance
        surface = base + np.sqrt(np.maximum(free, 0))
        self._raise(np.s_[:, :], free > 0, surface, colour, 0, gloss)

    def inside(self, distance):
        """[n, n], 0 to 1: 1 where a signed distance is negative, smooth at its edge."""
        return np.clip(0.5 - distance / np.float32(2 * self.pixel), 0, 1)

    def paint(self, where, colour, strength=1.0):
        """Mixes a colour [3] in, by `where` [n, n] from 0 to 1 times `strength`."""
        touched = where > 0
        rows, columns = (
            slice(found[0], found[-1] + 1) if len(found) else slice(0)
            for found in (np.flatnonzero(touched.any(axis=a)) for a in (1, 0))
        )
        window = self.colour[rows, columns]
        weight = (where[rows, columns] * np.float32(strength))[..., None]
        window += weight * (colour - window)

    def carve(self, where, depth, softness):
        """Lowers the clay by `depth` where `where` is 1, softly by `softness`."""
        soft = gaussian_filter(where, softness / self.pixel, truncate=3.0)
        self.height -= np.float32(depth) * soft

    def _window(self, x, y, reach_x, reach_y):
        """Slices of the rows and columns that may be touched."""

        def span(grid, centre, reach):
            low, high = np.searchsorted(grid, [centre - reach, centre + reach])
            return slice(max(low - 1, 0), high + 1)

        return span(self.y[:, 0], y, reach_y), span(self.x[0], x, reach_x)

    def _raise(self, window, inside, surface, colour, blend, gloss):
        old = self.height[window]
        front = inside & (surface > old)
        new = np.maximum(surface, old)
        if blend:
            gap = surface - old
            share = np.clip(0.5 + gap / np.float32(2 * blend), 0, 1)
            smooth = old + gap * share + np.float32(blend) * share * (1 - share)
            new = np.where(old > _NOTHING, smooth, new)
        self.height[window] = np.where(inside, new, old)
        self.colour[window][front] = colour
        self.gloss[window][front] = gloss
