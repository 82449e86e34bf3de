"""A folder of pictures to complete, and an engine that paints at once."""

import json

import numpy as np
from PIL import Image

from vqinpaint import Reporter, Request
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.errors import UsageError

SIDE = 64


class Painter:
    """An engine that fills holes with each sample's seed."""

    side, name, fingerprint = SIDE, "painter", "first weights"

    def check(self, request):
        if request.top_k:
            raise UsageError("top_k cannot be asked of a painter.")

    def complete(self, image, mask, seeds, request, reporter):
        rows = [np.full_like(image, seed % 200 + 20) for seed in seeds]
        return Completions(
            np.stack(rows),
            scores={"bits": np.array(seeds, float)},
            views={"structure": np.stack(rows)},
            maps={"entropy": np.zeros([len(seeds), 8, 8], np.float32)},
            record={"codes": np.zeros([len(seeds), 8, 8], np.int32)},
        )

    def encode(self, image):
        return np.full([8, 8], image.mean(), np.int32)

    def render(self, image, mask, codes):
        picture = np.full_like(image, codes[0, 0] % 256)[None]
        return Completions(
            picture, views={"structure": picture}, record={"codes": codes[None]}
        )


def make_world(folder):
    """Puts two pictures, a mask and a picture to take structures from into a folder."""
    (folder / "in").mkdir()
    for shade, name in ((10, "a"), (200, "b")):
        Image.new("RGB", (SIDE, SIDE), (shade,) * 3).save(folder / f"in/{name}.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:40, 20:40] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    Image.new("RGB", (SIDE, SIDE), "white").save(folder / "guide.png")
    return folder


class Notes(Reporter, list):
    """Keeps the notes that it is told."""

    def note(self, text):
        self.append(text)


def complete(world, engine=None, request=None, output=None, **more):
    """Completes the pictures of such a folder; `more` as of `complete_folder`."""
    listener = {k: more[k] for k in more if k == "reporter"}
    pairs = find_pairs(str(world / "in"), str(world / "mask.png"), **listener)
    request = request or Request(num_samples=2)
    engine = engine or Painter()
    output = output or str(world / "out")
    return complete_folder(pairs, engine, request, output, **more)


def contents(folder):
    """Bytes of every file by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def again(world, **changes):
    """(completed, done already) of a second run."""
    summary = complete(world, **changes)
    return summary.completed, summary.done_already


def open_painter(model, sampler):
    """A `Painter` by a function that other processes can import."""
    painter = Painter()
    painter.name = painter.fingerprint = model
    return painter


def results(folder):
    """`contents`, without the seconds that each JSON tells."""
    found = contents(folder)
    for name in found:
        if name.endswith(".json"):
            facts = json.loads(found[name])
            facts.pop("seconds")
            found[name] = json.dumps(facts).encode()
    return found
