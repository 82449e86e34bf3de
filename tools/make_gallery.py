"""Makes the README's pictures from a model: python tools/make_gallery.py

Six completions of every example beside true alternatives, how they came about, what the
controls do, and what goes wrong. Everything follows from the seeds written here. The other
pictures of docs/gallery are drawn by the commands beside them in docs.
"""

import dataclasses
import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, ROOT)

import draw_examples  # noqa: E402  # beside this file

from vqinpaint.cli import FLAGS, flags, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

from vqinpaint import creatures, families, outputs  # noqa: E402
from vqinpaint.options.request import Request  # noqa: E402
from vqinpaint.pictures import png, sheets  # noqa: E402
from vqinpaint.reporting import SILENT  # noqa: E402

flags.DEFINE_string("model", os.path.join(ROOT, "saved_models", "demo"), "To show.")
flags.DEFINE_string("output", os.path.join(ROOT, "docs", "gallery"), "Folder to write.")

_SEEDS = range(6)
_ALTERNATIVES = 3  # true ones beside the completions


class Gallery:
    """The examples, drawn to the size of a model, and what it makes of them."""

    def __init__(self):
        self._engine = families.open_engine(FLAGS.model)
        self._side = self._engine.side

    def example(self, name):
        """(image uint8 [S, S, 3], mask uint8 [S, S]) of that name."""
        return draw_examples.EXAMPLES[name].drawn(self._side)

    def draw(self, image, mask, seeds=_SEEDS, **control):
        """`Completions` with those seeds; `control` are fields of a `Request`."""
        return self._engine.complete(
            image, mask, list(seeds), Request(**control), SILENT
        )

    def completions(self):
        """Every example completed, beside draws from the truth itself."""
        rows = []
        for name, example in draw_examples.EXAMPLES.items():
            image, mask = self.example(name)
            drawn = self.draw(image, mask).pictures
            others = creatures.alternatives(example.creature, mask, _ALTERNATIVES)
            body = creatures.Body(example.creature, self._side)
            truth = [body.draw(other) for other in others]
            rows.append([sheets.holed(image, mask), None, *drawn, None, *truth])
        heads = [f"seed {seed}" for seed in _SEEDS]
        return sheets.grid(
            rows, heads=["given", *heads, *["a true one"] * _ALTERNATIVES]
        )

    def structures(self, name="antenna", seeds=(0, 1)):
        """Drawn structures over their completions, and where the prior was unsure."""
        image, mask = self.example(name)
        drawn = self.draw(image, mask, seeds)
        entropy = drawn.maps["entropy"].mean(axis=0)
        heat = sheets.heat_map(entropy, self._side, self._side)
        row, heads = [sheets.holed(image, mask)], ["given"]
        for i, seed in enumerate(seeds):
            row += [drawn.views["structure"][i], drawn.pictures[i]]
            heads += [f"structure, seed {seed}", "completed"]
        scale = f"entropy, to {entropy.max():.1f} bits"
        square = heat[: heat.shape[1]]
        return sheets.grid([[*row, square]], heads=[*heads, scale])

    def controls(self, name="antenna"):
        """The same seeds at rising temperature, and among few codes or all."""
        image, mask = self.example(name)
        rows = {
            f"temp. {value:g}": {"temperature": value}
            for value in (0, 0.5, 0.7, 1, 1.3)
        } | {f"top {value}": {"top_k": value} for value in (2, 5, 20)}
        drawn = [self.draw(image, mask, **row).pictures for row in rows.values()]
        return sheets.grid(drawn, list(rows))

    def failures(self):
        """Pictures and holes that are unlike those of training."""
        rows = []
        for picture, hole in draw_examples.HARD.values():
            image, mask = picture(self._side), hole(self._side)
            completed = self.draw(image, mask, range(5)).pictures
            rows.append([image, sheets.holed(image, mask), *completed])
        return sheets.grid(rows, list(draw_examples.HARD))

    def editing(self, name="antenna"):
        """Structures drawn for one example, rendered in a creature of its colour."""
        image, mask = self.example(name)
        drawn = self.draw(image, mask)
        rows = [[sheets.holed(image, mask), *drawn.pictures]]
        creature = draw_examples.EXAMPLES[name].creature
        other = dataclasses.replace(creature, shape="pear", top="horns")
        image = creatures.draw(other, self._side)
        rendered = [
            self._engine.render(image, mask, codes).pictures[0]
            for codes in drawn.record["codes"]
        ]
        rows.append([sheets.holed(image, mask), *rendered])
        heads = [f"seed {seed}" for seed in _SEEDS]
        return sheets.grid(rows, heads=["given", *heads])


def main():
    os.makedirs(FLAGS.output, exist_ok=True)
    gallery = Gallery()
    for name in ("completions", "structures", "controls", "editing", "failures"):
        path = os.path.join(FLAGS.output, f"{name}.png")
        outputs.write(path, png.encoded(getattr(gallery, name)()), replace=True)
        print(path)


if __name__ == "__main__":
    run_main(main)
