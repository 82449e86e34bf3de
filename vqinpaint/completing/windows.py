"""Pictures of any size, completed through windows of the size that a model knows."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from vqinpaint.pictures import resizing, sheets
from vqinpaint.pictures.masks import is_missing

# Between the seeds of one sample's windows, so that they do not share their noise.
_SEED_STEP = 1_000_003


class Window(NamedTuple):
    """A part of a picture, which may reach beyond its edges."""

    top: int
    left: int
    height: int
    width: int

    def cut(self, array, outside):
        """That part of [H, W, ...], with `outside` beyond the edges."""
        inner, place = self._overlap(array.shape)
        part = np.full(
            (self.height, self.width, *array.shape[2:]), outside, array.dtype
        )
        part[place] = array[inner]
        return part

    def put(self, array, part, where):
        """Writes those pixels of a part [height, width, ...] that `where` marks."""
        inner, place = self._overlap(array.shape)
        chosen = where[place]
        array[inner][chosen] = part[place][chosen]

    def _overlap(self, shape):
        """Where both lie on one another: slices of the picture, slices of the part."""
        sizes = zip((self.top, self.left), (self.height, self.width), shape)
        inner, place = [], []
        for start, size, limit in sizes:
            first, last = max(start, 0), min(start + size, limit)
            inner.append(slice(first, max(first, last)))
            place.append(slice(first - start, max(first, last) - start))
        return tuple(inner), tuple(place)


class Step(NamedTuple):
    """One window and the missing pixels that it is to fill."""

    window: Window
    fill: np.ndarray  # bool [height, width]


def resized(mask):
    """One step: the whole picture, whatever its aspect. mask: uint8 [H, W]."""
    return [Step(Window(0, 0, *mask.shape), is_missing(mask))]


def native(mask):
    """One step: the whole picture at its own size, in a square of whole 64s."""
    side = -(-max(mask.shape) // 64) * 64
    window = Window(0, 0, side, side)
    return [Step(window, is_missing(window.cut(mask, 0)))]


def cropped(mask, side):
    """Square windows with context around every hole.

    A hole gets a window twice as wide as the hole is thick, as in training, but no
    narrower than the model's own side. One that does not fit into the middle of such a
    window, a long scratch, is filled piece by piece, each piece seeing those before.

    Args:
      mask: uint8 [H, W], 255 where missing.
      side: of the model's pictures.

    Returns:
      List of `Step`; every missing pixel is in one of them.
    """
    todo = is_missing(mask)
    largest = max(mask.shape)
    if todo.all():
        return [_square(mask, largest, np.array(mask.shape) / 2, todo)]
    labels, _ = ndimage.label(todo, np.ones((3, 3)))
    # How far inside a hole a pixel lies, beyond the picture's edge being no help.
    depth = ndimage.distance_transform_edt(todo)
    steps = []
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        own = labels[box] == number
        thickness = 2 * depth[box][own].max()
        size = int(np.clip(2 * thickness, min(side, largest), largest))
        while (left := own & todo[box]).any():
            corner = np.array([box[0].start, box[1].start])
            core = 0.75 * size if size < largest else largest
            whole = np.ptp(np.argwhere(left), axis=0).max() < core
            core = core if whole else size / 2
            middle = corner + (_middle(left) if whole else _first_piece(left, core))
            step = _square(mask, size, middle, _inside(todo, middle, core))
            steps.append(step)
            step.window.put(todo, np.zeros_like(step.fill), step.fill)
    return steps


def _middle(hole):
    """Of the box around what is marked: [y, x]."""
    places = np.argwhere(hole)
    return (places.min(axis=0) + places.max(axis=0)) / 2


def _first_piece(hole, length):
    """The middle of a piece of that length at one end of a hole."""
    places = np.argwhere(hole)
    along = int(np.argmax(np.ptp(places, axis=0)))
    start = places[:, along].min()
    across = places[places[:, along] == start, 1 - along][0]
    middle = np.array([across, across], float)
    middle[along] = start + length / 2
    return middle


def _inside(todo, middle, core):
    """What is missing in a square of side `core` around `middle`."""
    start = np.maximum(np.floor(middle - core / 2).astype(int), 0)
    end = np.ceil(middle + core / 2).astype(int) + 1
    chosen = np.zeros_like(todo)
    area = tuple(slice(a, b) for a, b in zip(start, end))
    chosen[area] = todo[area]
    return chosen


def _square(mask, size, middle, chosen):
    """The step of a square window around `middle`, moved into the picture if it fits."""
    corner = []
    for centre, limit in zip(middle, mask.shape):
        start = round(float(centre) - size / 2)
        room = limit - size
        corner.append(min(max(start, 0), room) if room >= 0 else room // 2)
    window = Window(*corner, size, size)
    return Step(window, window.cut(chosen, False))


def complete(image, mask, side, seeds, steps, complete_square, feather=0):
    """Completes a picture step by step.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.
      side: of the squares that `complete_square` takes.
      seeds: N ints.
      steps: list of `Step`.
      complete_square: function from image uint8 [S, S, 3], mask uint8 [S, S], list of
        n seeds and the step's number to a dict of arrays with n rows, among them
        `completed` uint8 [n, S, S, 3].
      feather: pixels at a hole's rim, inside it, that are mixed with the nearest known
        ones.

    Returns:
      `completed` uint8 [N, H, W, 3], with known pixels bit for bit, and a list of what
      `complete_square` returned, one a step.
    """
    canvases = np.repeat(image[None], len(seeds), axis=0)
    missing, results = mask.copy(), []
    for number, (window, fill) in enumerate(
        tqdm(steps, "windows", delay=2, leave=False, disable=len(steps) == 1)
    ):
        hole = window.cut(missing, 255)
        filled_before = (window.cut(mask, 255) != hole).any()
        own = [_shifted(seed, number) for seed in seeds]

        def square(canvas, seeds, window=window, hole=hole, number=number):
            small = resizing.shrink_known(window.cut(canvas, 0), hole, side)
            return complete_square(*small, seeds, number)

        if filled_before:  # by something else in every sample
            pairs = zip(canvases, own)
            result = _joined([square(canvas, [seed]) for canvas, seed in pairs])
        else:
            result = square(image, own)
        for canvas, completed in zip(canvases, result["completed"]):
            part = window.cut(canvas, 0)
            window.put(canvas, resizing.paste_filling(part, hole, completed), fill)
        window.put(missing, np.zeros_like(hole), fill)
        results.append(result)
    if feather:
        _feather(canvases, image, mask, feather)
    return canvases, results


def _shifted(seed, number):
    """Another seed for every window, inside 32 bits; the first window's is the seed."""
    return (seed + number * _SEED_STEP + 2**31) % 2**32 - 2**31


def _joined(results):
    return {name: np.concatenate([r[name] for r in results]) for name in results[0]}


def _feather(canvases, image, mask, width):
    distance, nearest = ndimage.distance_transform_edt(
        is_missing(mask), return_indices=True
    )
    rim = is_missing(mask) & (distance <= width)
    if not rim.any() or is_missing(mask).all():
        return
    share = (distance[rim] / (width + 1))[:, None]
    known = image[tuple(axis[rim] for axis in nearest)]
    for canvas in canvases:
        mixed = share * canvas[rim] + (1 - share) * known
        canvas[rim] = np.rint(mixed).astype(np.uint8)


def shown(image, mask, steps, results):
    """What a contact sheet shows: the only window, or the whole picture.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.
      steps, results: as of `complete`; every result with `structure`, and with `entropy`
        where codes were drawn.

    Returns:
      A function that cuts what is shown out of [H, W, 3], the structures as pictures of
      that size uint8 [N, ...], and the entropy float [h, w] or None.
    """
    drawn = "entropy" in results[0]
    if len(steps) == 1:
        window, result = steps[0].window, results[0]
        entropy = result["entropy"].mean(axis=0) if drawn else None
        return lambda array: window.cut(array, 127), result["structure"], entropy
    number = len(results[0]["structure"])
    structures = np.repeat(sheets.holed(image, mask)[None], number, axis=0)
    entropy = np.zeros([-(-size // 8) for size in mask.shape], np.float32)
    for (window, fill), result in zip(steps, results):
        size = (window.width, window.height)
        for canvas, structure in zip(structures, result["structure"]):
            window.put(canvas, resizing.enlarge(structure, size), fill)
        if not drawn:
            continue
        heat = result["entropy"].mean(axis=0)
        small = Window(*(value // 8 for value in window))
        y, x = (np.arange(n) * len(heat) // n for n in (small.height, small.width))
        small.put(entropy, heat[y][:, x], np.ones([small.height, small.width], bool))
    return lambda array: array, structures, entropy if drawn else None
