"""Makes the README's pictures from a model: python tools/make_gallery.py

Six completions of every example, how they came about, what the controls do, and what
goes wrong. Everything follows from the seeds written here.
"""

import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, ROOT)

import draw_examples  # noqa: E402  # beside this file

from vqinpaint.cli import FLAGS, flags, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from vqinpaint import families, outputs  # noqa: E402
from vqinpaint.options.request import Request  # noqa: E402
from vqinpaint.pictures import files, png, sheets  # noqa: E402
from vqinpaint.reporting import SILENT  # noqa: E402

flags.DEFINE_string("model", os.path.join(ROOT, "saved_models", "demo"), "To show.")
flags.DEFINE_string("examples", os.path.join(ROOT, "examples"), "images/ and masks/.")
flags.DEFINE_string("output", os.path.join(ROOT, "docs", "gallery"), "Folder to write.")

_CELL, _GAP, _LABEL = 128, 6, 86


def grid(rows, labels=None, heads=None):
    """A sheet of pictures: rows of uint8 [S, S, 3], a label left of each, heads above."""
    left = _LABEL if labels else _GAP
    top = 20 if heads else _GAP
    wide = max(map(len, rows))
    size = (left + wide * (_CELL + _GAP), top + len(rows) * (_CELL + _GAP))
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            cell = Image.fromarray(picture).resize((_CELL, _CELL))
            sheet.paste(cell, (left + x * (_CELL + _GAP), top + y * (_CELL + _GAP)))
        if labels:
            middle = top + y * (_CELL + _GAP) + _CELL // 2
            pen.text((_GAP, middle - 6), labels[y], fill="black")
    for x, head in enumerate(heads or ()):
        pen.text((left + x * (_CELL + _GAP), 4), head, fill="black")
    return np.asarray(sheet)


class Gallery:
    """The examples and a model to complete them with."""

    def __init__(self):
        self._engine = families.open_engine(FLAGS.model)
        self.names = [
            files.stem(path)
            for path in files.list_pictures(os.path.join(FLAGS.examples, "images"))
        ]

    def example(self, name):
        """(image uint8 [S, S, 3], mask uint8 [S, S]) of that name."""
        image = files.load_image(f"{FLAGS.examples}/images/{name}.png")
        mask, _ = files.load_mask(
            f"{FLAGS.examples}/masks/{name}.png", *image.shape[:2]
        )
        return image, mask

    def draw(self, image, mask, seeds, **control):
        """`Completions` with those seeds; `control` are fields of a `Request`."""
        return self._engine.complete(
            image, mask, list(seeds), Request(**control), SILENT
        )

    def completions(self):
        rows = []
        for name in self.names:
            image, mask = self.example(name)
            drawn = self.draw(image, mask, range(6)).pictures
            rows.append([sheets.holed(image, mask), *drawn])
        return grid(rows, heads=["given", *(f"seed {seed}" for seed in range(6))])

    def structures(self, name="face", seeds=(0, 1)):
        image, mask = self.example(name)
        drawn = self.draw(image, mask, seeds)
        side = len(image)
        entropy = drawn.maps["entropy"].mean(axis=0)
        heat = sheets.heat_map(entropy, side, side)
        row, heads = [sheets.holed(image, mask)], ["given"]
        for i, seed in enumerate(seeds):
            row += [drawn.views["structure"][i], drawn.pictures[i]]
            heads += [f"structure, seed {seed}", "completed"]
        scale = f"entropy, to {entropy.max():.1f} bits"
        return grid([[*row, heat[: heat.shape[1]]]], heads=[*heads, scale])

    def controls(self, name="face"):
        """The same seeds at rising temperature, and among few codes or all."""
        image, mask = self.example(name)
        rows = {
            f"temp. {value:g}": {"temperature": value}
            for value in (0, 0.5, 0.8, 1, 1.3)
        } | {f"top {value}": {"top_k": value} for value in (2, 5, 20)}
        drawn = [
            self.draw(image, mask, range(6), **row).pictures for row in rows.values()
        ]
        return grid(drawn, list(rows))

    def failures(self):
        rows = []
        for draw, hole in draw_examples.HARD.values():
            image, mask = map(np.asarray, draw_examples.drawn(draw, hole))
            completed = self.draw(image, mask, range(5)).pictures
            rows.append([image, sheets.holed(image, mask), *completed])
        return grid(rows)

    def editing(self, source="face", target="curls", seeds=range(6)):
        """Structures drawn for one example, rendered in another."""
        image, mask = self.example(source)
        drawn = self.draw(image, mask, seeds)
        rows = [[sheets.holed(image, mask), *drawn.pictures]]
        image, mask = self.example(target)
        rendered = [
            self._engine.render(image, mask, codes).pictures[0]
            for codes in drawn.record["codes"]
        ]
        rows.append([sheets.holed(image, mask), *rendered])
        return grid(rows, heads=["given", *(f"seed {seed}" for seed in seeds)])


def main():
    os.makedirs(FLAGS.output, exist_ok=True)
    gallery = Gallery()
    for name in ("completions", "structures", "controls", "editing", "failures"):
        path = os.path.join(FLAGS.output, f"{name}.png")
        outputs.write(path, png.encoded(getattr(gallery, name)()), replace=True)
        print(path)


if __name__ == "__main__":
    run_main(main)
