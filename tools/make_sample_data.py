"""Draws the sample data set: small faces whose attributes come from known tables.

  python tools/make_sample_data.py --output=DIR

Attributes are drawn independently of one another but for the hat, which depends on the
face's colour, so a completion that hides the mouth has a known true distribution.
Beside the pictures `*_attributes.csv` says what each shows, and masks/ has a hole for
each of three attributes. Everything follows from --seed.
"""

import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from absl import flags  # noqa: E402
from sample_faces import HOLES, TABLES, draw_attributes, draw_hole, draw_picture  # noqa: E402
from tqdm import tqdm  # noqa: E402

from vqinpaint import outputs  # noqa: E402
from vqinpaint.cli import run_main  # noqa: E402
from vqinpaint.cli.printing import say  # noqa: E402
from vqinpaint.creatures import files  # noqa: E402
from vqinpaint.errors import UsageError  # noqa: E402
from vqinpaint.pictures import png  # noqa: E402

flags.DEFINE_string("output", "", "Folder to write; gets train/, val/ and masks/.")
flags.DEFINE_integer("train", 2000, "Training pictures.")
flags.DEFINE_integer("val", 200, "Validation pictures.")
flags.DEFINE_integer("size", 64, "Side in pixels: 64 or 128.")
flags.DEFINE_integer("seed", 0, "Same seed, same pictures.")

FLAGS = flags.FLAGS
_COLUMNS = ("file", *TABLES, "hat")


def main():
    if not FLAGS.output:
        raise UsageError("give --output=FOLDER.")
    if FLAGS.size not in (64, 128):
        raise UsageError(f"--size={FLAGS.size}: 64 or 128.")
    outputs.check_folder(FLAGS.output)
    os.makedirs(FLAGS.output, exist_ok=True)
    for number, (split, count) in enumerate(
        {"train": FLAGS.train, "val": FLAGS.val}.items()
    ):
        path = os.path.join(FLAGS.output, f"{split}_attributes.csv")
        files.table(path, _COLUMNS)
        generator = random.Random(2 * FLAGS.seed + number)
        rows = []
        for i in tqdm(range(count), split, unit=""):
            attributes = draw_attributes(generator)
            name = f"{split}/{i:05d}.png"
            picture = draw_picture(attributes, FLAGS.size)
            files.write_picture(FLAGS.output, name, png.encoded(picture))
            rows.append({"file": name, **attributes})
        outputs.write(path, files.csv_bytes(rows, _COLUMNS), replace=True)
    for attribute in HOLES:
        mask = png.encoded(draw_hole(attribute, FLAGS.size))
        files.write_picture(FLAGS.output, f"masks/{attribute}.png", mask)
    say(f"{FLAGS.train} + {FLAGS.val} pictures -> {FLAGS.output}")


if __name__ == "__main__":
    run_main(main)
