"""Draws the sample data set: small faces whose attributes come from known tables.

  python tools/make_sample_data.py --output=DIR

Attributes are drawn independently of one another but for the hat, which depends on the
face's colour, so a completion that hides the mouth has a known true distribution.
Beside the pictures `attributes.csv` says what each shows. Everything follows from
--seed.
"""

import csv
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from absl import flags  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402
from tqdm import tqdm  # noqa: E402

from vqinpaint.errors import UsageError  # noqa: E402
from vqinpaint.flagging import run_main  # noqa: E402

flags.DEFINE_string("output", "", "Folder to write; gets train/ and val/.")
flags.DEFINE_integer("train", 2000, "Training pictures.")
flags.DEFINE_integer("val", 200, "Validation pictures.")
flags.DEFINE_integer("size", 64, "Side in pixels: 64 or 128.")
flags.DEFINE_integer("seed", 0, "Same seed, same pictures.")

FLAGS = flags.FLAGS

# Attribute -> value -> probability.
TABLES = {
    "background": {"sky": 0.4, "meadow": 0.35, "dusk": 0.25},
    "shape": {"round": 0.6, "square": 0.4},
    "colour": {"yellow": 0.5, "pink": 0.3, "green": 0.2},
    "eyes": {"open": 0.5, "wide": 0.25, "shut": 0.25},
    "mouth": {"smile": 0.4, "frown": 0.2, "open": 0.25, "line": 0.15},
}
# The hat given the face's colour: a dependence that a prior has to learn.
HAT = {
    "yellow": {"none": 0.5, "cap": 0.4, "top": 0.1},
    "pink": {"none": 0.7, "cap": 0.1, "top": 0.2},
    "green": {"none": 0.2, "cap": 0.2, "top": 0.6},
}
BACKGROUNDS = {"sky": (150, 205, 245), "meadow": (150, 200, 120), "dusk": (95, 80, 130)}
COLOURS = {"yellow": (250, 210, 70), "pink": (245, 160, 170), "green": (120, 190, 110)}
INK, HATS = (45, 35, 40), {"cap": (200, 50, 50), "top": (50, 50, 70)}


def draw_attributes(generator):
    """One value for each attribute, by the tables."""

    def pick(table):
        return generator.choices(list(table), list(table.values()))[0]

    attributes = {name: pick(table) for name, table in TABLES.items()}
    attributes["hat"] = pick(HAT[attributes["colour"]])
    return attributes


def draw_picture(attributes, size):
    """Renders attributes: a PIL picture of size x size, drawn fourfold and reduced."""
    side = 4 * size
    unit = side / 64
    picture = Image.new("RGB", (side, side), BACKGROUNDS[attributes["background"]])
    pen = ImageDraw.Draw(picture)

    def box(left, top, right, bottom):
        return [left * unit, top * unit, right * unit, bottom * unit]

    face = COLOURS[attributes["colour"]]
    outline = {"fill": face, "outline": INK, "width": round(1.5 * unit)}
    if attributes["shape"] == "round":
        pen.ellipse(box(12, 14, 52, 58), **outline)
    else:
        pen.rounded_rectangle(box(13, 15, 51, 57), 6 * unit, **outline)
    _draw_hat(pen, box, attributes["hat"])
    for x in (24, 40):
        _draw_eye(pen, box, attributes["eyes"], x, round(2 * unit))
    _draw_mouth(pen, box, attributes["mouth"], round(2 * unit))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _draw_hat(pen, box, hat):
    if hat == "cap":
        pen.pieslice(box(14, 5, 50, 33), 180, 360, fill=HATS["cap"])
        pen.rectangle(box(32, 17, 58, 20), fill=HATS["cap"])
    elif hat == "top":
        pen.rectangle(box(21, 1, 43, 17), fill=HATS["top"])
        pen.rectangle(box(14, 16, 50, 20), fill=HATS["top"])


def _draw_eye(pen, box, eyes, x, width):
    if eyes == "shut":
        pen.line(box(x - 4, 30, x + 4, 30), fill=INK, width=width)
        return
    radius = 5 if eyes == "wide" else 3
    pen.ellipse(box(x - radius, 30 - radius, x + radius, 30 + radius), fill="white")
    pen.ellipse(box(x - 2, 28, x + 2, 32), fill=INK)


def _draw_mouth(pen, box, mouth, width):
    if mouth == "smile":
        pen.arc(box(22, 34, 42, 50), 20, 160, fill=INK, width=width)
    elif mouth == "frown":
        pen.arc(box(22, 44, 42, 60), 200, 340, fill=INK, width=width)
    elif mouth == "open":
        pen.ellipse(box(26, 40, 38, 52), fill=(150, 40, 50), outline=INK, width=width)
    else:
        pen.line(box(23, 46, 41, 46), fill=INK, width=width)


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
    print(f"{FLAGS.train} + {FLAGS.val} pictures -> {FLAGS.output}")


if __name__ == "__main__":
    run_main(main)
