"""Draws the holes that `flags/creatures128.flags` trains with.

  python tools/draw_training_masks.py --output=masks --size=128

Half of the files hold the centred hole, which hides the whole face; an eighth hides a
single attribute each; the others are random boxes and brush strokes. Training takes each file
equally often (--mask=folder --mask_dir=masks).
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.cli import FLAGS, flags, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # before TensorFlow

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from vqinpaint import outputs  # noqa: E402
from vqinpaint.cli.printing import say  # noqa: E402
from vqinpaint.creatures import HIDDEN, holes  # noqa: E402
from vqinpaint.errors import UsageError  # noqa: E402
from vqinpaint.ops import masks  # noqa: E402
from vqinpaint.pictures import png  # noqa: E402

flags.DEFINE_string("output", "", "Folder to write the mask files to.")
flags.DEFINE_integer("size", 128, "Side of the masks in pixels, from 64 to 256.")
flags.DEFINE_integer("seed", 0, "Seed of the boxes and strokes.")

# With the nine attributes 720 files, half of them centred. So many that no box or stroke
# is learnt by heart.
CENTRED, OF_EACH_ATTRIBUTE, RANDOM = 360, 10, 270


def draw(size, seed):
    """{file name: uint8 [size, size], 255 where missing}."""
    found = {f"centre_{i:03d}.png": holes.centre(size) for i in range(CENTRED)}
    for name in HIDDEN:
        for i in range(OF_EACH_ATTRIBUTE):
            found[f"{name}_{i:02d}.png"] = holes.for_attribute(name, size)
    for i in range(RANDOM):
        kind, draws = ("box", "strokes")[i % 2], masks.draws(tf.constant([seed, i]))
        mask = getattr(masks, kind)(size, draws[None])[0, :, :, 0]
        found[f"{kind}_{i:03d}.png"] = np.where(mask, 255, 0).astype(np.uint8)
    return found


def main():
    if not FLAGS.output:
        raise UsageError("give --output=FOLDER.")
    if not (64 <= FLAGS.size <= 256 and FLAGS.size % 16 == 0):
        raise UsageError(f"--size={FLAGS.size}: a multiple of 16 from 64 to 256.")
    outputs.check_folder(FLAGS.output)
    os.makedirs(FLAGS.output, exist_ok=True)
    found = draw(FLAGS.size, FLAGS.seed)
    for name, mask in found.items():
        outputs.write(os.path.join(FLAGS.output, name), png.encoded(mask))
    say(f"{len(found)} masks -> {FLAGS.output}")


if __name__ == "__main__":
    run_main(main)
