"""Draws the sample data set: small faces whose attributes come from known tables.

  python tools/make_sample_data.py --output=DIR

Attributes are drawn independently of one another but for the hat, which depends on the
face's colour, so a completion that hides the mouth has a known true distribution.
Beside the pictures `*_attributes.csv` says what each shows, and masks/ has a hole for
each of three attributes. Everything follows from --seed.
"""

import csv
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from absl import flags  # noqa: E402
from sample_faces import HOLES, TABLES, draw_attributes, draw_hole, draw_picture  # noqa: E402
from tqdm import tqdm  # noqa: E402

from vqinpaint.cli import run_main  # noqa: E402
from vqinpaint.errors import UsageError  # noqa: E402

flags.DEFINE_string("output", "", "Folder to write; gets train/, val/ and masks/.")
flags.DEFINE_integer("train", 2000, "Training pictures.")
flags.DEFINE_integer("val", 200, "Validation pictures.")
flags.DEFINE_integer("size", 64, "Side in pixels: 64 or 128.")
flags.DEFINE_integer("seed", 0, "Same seed, same pictures.")

FLAGS = flags.FLAGS


def main():
    if not FLAGS.output:
        raise UsageError("give --output=FOLDER.")
    if FLAGS.size not in (64, 128):
        raise UsageError(f"--size={FLAGS.size}: 64 or 128.")
    for number, (split, count) in enumerate(
        {"train": FLAGS.train, "val": FLAGS.val}.items()
    ):
        folder = os.path.join(FLAGS.output, split)
        os.makedirs(folder, exist_ok=True)
        generator = random.Random(2 * FLAGS.seed + number)
        rows = []
        for i in tqdm(range(count), split, unit=""):
            attributes = draw_attributes(generator)
            name = f"{i:05d}.png"
            draw_picture(attributes, FLAGS.size).save(os.path.join(folder, name))
            rows.append({"file": f"{split}/{name}", **attributes})
        path = os.path.join(FLAGS.output, f"{split}_attributes.csv")
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["file", *TABLES, "hat"])
            writer.writeheader()
            writer.writerows(rows)
    folder = os.path.join(FLAGS.output, "masks")
    os.makedirs(folder, exist_ok=True)
    for attribute in HOLES:
        draw_hole(attribute, FLAGS.size).save(os.path.join(folder, f"{attribute}.png"))
    print(f"{FLAGS.train} + {FLAGS.val} pictures -> {FLAGS.output}")


if __name__ == "__main__":
    run_main(main)
