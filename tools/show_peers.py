"""Draws a sheet of holes that other methods and a model filled, beside the truth.

  python tools/show_peers.py --peers=peers/telea,peers/patchmatch --model=runs/demo \\
      --data=tfrecords/demo --mask=center --rows=6 --output=peers.png

`tools/fill_with_peers.py` makes the folders; give the same --split, --mask, --mask_dir and
--seed. A row is a picture: with its hole, as it is, as each folder has it (NAME_00.png,
known pixels being those of the picture), and as the model completes it with seeds 0 and
up.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.cli import FLAGS, define, flags, read, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

import numpy as np  # noqa: E402
from tqdm import tqdm  # noqa: E402

from vqinpaint import families, outputs  # noqa: E402
from vqinpaint.cli.console import Console  # noqa: E402
from vqinpaint.cli.printing import say  # noqa: E402
from vqinpaint.data import pipeline, records  # noqa: E402
from vqinpaint.data.names import stems_of  # noqa: E402
from vqinpaint.errors import PictureError, UsageError  # noqa: E402
from vqinpaint.evaluating.completions_folder import CompletionsFolder  # noqa: E402
from vqinpaint.options import DataOptions  # noqa: E402
from vqinpaint.options.request import Request  # noqa: E402
from vqinpaint.pictures import png, sheets  # noqa: E402
from vqinpaint.reporting import SILENT  # noqa: E402

flags.DEFINE_list("peers", [], "Folders of completions by other methods.")
flags.DEFINE_string("model", "", "Run folder or SavedModel (required).")
flags.DEFINE_string("data", "", "Folder of TFRecords with their manifests (required).")
flags.DEFINE_string("split", "val", "Name of the split.")
flags.DEFINE_string("output", "", "PNG file to write (required).")
flags.DEFINE_integer("rows", 6, "Number of pictures, from the first of the split.")
flags.DEFINE_integer("num_samples", 4, "Completions of each by the model.")
define(DataOptions)


def _opened(folder, stems, side):
    """The first completion of each picture in a folder. Raises PictureError."""
    found = CompletionsFolder(folder, stems[0], most=1)
    found.check(stems)
    if found.side != side:
        raise PictureError(
            f"{folder} has pictures of {found.side}x{found.side}, but the model completes "
            f"{side}x{side}; fill with --image_size={side}."
        )
    return found


def main() -> None:
    """Writes the sheet."""
    if not (FLAGS.model and FLAGS.data and FLAGS.output):
        raise UsageError("give --model, --data and --output; see --help.")
    if min(FLAGS.rows, FLAGS.num_samples) < 1:
        raise UsageError("--rows and --num_samples must each be at least 1.")
    outputs.check_file(FLAGS.output, is_ours=lambda path: False)
    split = records.open_split(FLAGS.data, FLAGS.split, reporter=Console())
    count = min(FLAGS.rows, len(split))
    stems = stems_of(split, count)
    engine = families.open_engine(FLAGS.model)
    side, seeds = engine.side, list(range(FLAGS.num_samples))
    peers = [_opened(folder, stems, side) for folder in FLAGS.peers]
    batches = pipeline.evaluation_batches(split, side, read(DataOptions), count)
    pictures = tqdm(batches.unbatch().as_numpy_iterator(), "pictures", count, unit="")
    rows = []
    for stem, (image, mask) in zip(stems, pictures):
        image, mask = image.astype(np.uint8), mask[..., 0].astype(np.uint8)
        completed = engine.complete(image, mask, seeds, Request(), SILENT).pictures
        rows.append(
            [
                *(sheets.holed(image, mask), image, None),
                *(peer.blended(stem, image, mask)[0] for peer in peers),
                *(None, *completed),
            ]
        )
    names = [os.path.basename(os.path.normpath(folder)) for folder in FLAGS.peers]
    heads = ["given", "the truth", *names, *(f"model, seed {seed}" for seed in seeds)]
    outputs.write(FLAGS.output, png.encoded(sheets.grid(rows, heads=heads)))
    say(f"-> {FLAGS.output}")


if __name__ == "__main__":
    run_main(main)
