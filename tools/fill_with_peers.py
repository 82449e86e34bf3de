"""Fills the holes of a data set by another method, for vqinpaint.evaluate --completions.

  python tools/fill_with_peers.py --method=telea --data=tfrecords/faces \\
      --image_size=64 --output=peers/telea
  python -m vqinpaint.evaluate --completions=peers/telea --data=tfrecords/faces

Pictures, crops and holes are those that vqinpaint.evaluate measures for the same flags
(--split, --complete, --mask, --mask_dir, --seed). The methods are libraries that the
package does not need: opencv-python-headless, scikit-image, PyPatchMatch.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.cli import FLAGS, define, flags, read, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

import numpy as np  # noqa: E402
from tqdm import tqdm  # noqa: E402

from vqinpaint import outputs  # noqa: E402
from vqinpaint.cli.console import Console  # noqa: E402
from vqinpaint.cli.printing import say  # noqa: E402
from vqinpaint.data import pipeline, records  # noqa: E402
from vqinpaint.data.names import stems_of  # noqa: E402
from vqinpaint.errors import SetupError, UsageError  # noqa: E402
from vqinpaint.options import DataOptions  # noqa: E402
from vqinpaint.pictures import png  # noqa: E402

_RADIUS = 3  # pixels that OpenCV looks around a missing one, as in its examples
_PATCH = 3  # radius of PatchMatch's patches, as in its examples


def _opencv(flag):
    import cv2

    return lambda image, mask, seed: cv2.inpaint(
        image, mask, _RADIUS, getattr(cv2, flag)
    )


def _biharmonic():
    from skimage.restoration import inpaint_biharmonic

    def fill(image, mask, seed):
        found = inpaint_biharmonic(image, mask > 0, channel_axis=-1)  # 0 to 1
        return np.clip(np.round(found * 255), 0, 255).astype(np.uint8)

    return fill


def _patchmatch():
    import patchmatch

    def fill(image, mask, seed):
        patchmatch.set_random_seed(seed)
        return patchmatch.inpaint(image, mask, patch_size=_PATCH)

    return fill


# By name: what makes a function (image uint8 [S, S, 3], mask uint8 [S, S], seed) -> filled
# image, and the library that it needs.
_METHODS = {
    "telea": (lambda: _opencv("INPAINT_TELEA"), "opencv-python-headless"),
    "navier_stokes": (lambda: _opencv("INPAINT_NS"), "opencv-python-headless"),
    "biharmonic": (_biharmonic, "scikit-image"),
    "patchmatch": (_patchmatch, "PyPatchMatch"),
}

flags.DEFINE_enum("method", None, list(_METHODS), "What fills the holes (required).")
flags.DEFINE_string("data", "", "Folder of TFRecords with their manifests (required).")
flags.DEFINE_string("split", "val", "Name of the split.")
flags.DEFINE_string("output", "", "Folder for the completions (required).")
flags.DEFINE_integer("image_size", 256, "Side of the pictures in pixels.")
flags.DEFINE_integer("complete", 50, "Number of pictures, from the first of the split.")
flags.DEFINE_integer(
    "num_samples",
    1,
    "Completions of each picture; only patchmatch makes different ones.",
)
define(DataOptions)


def _method():
    make, library = _METHODS[FLAGS.method]
    try:
        return make()
    except ImportError:
        raise SetupError(
            f"--method={FLAGS.method} needs {library}; install it."
        ) from None


def main() -> None:
    """Writes NAME_00.png and so on for each picture."""
    if not (FLAGS.method and FLAGS.data and FLAGS.output):
        raise UsageError("give --method, --data and --output; see --help.")
    if min(FLAGS.image_size, FLAGS.complete, FLAGS.num_samples) < 1:
        raise UsageError(
            "--image_size, --complete and --num_samples must each be at least 1."
        )
    fill = _method()
    outputs.check_folder(FLAGS.output)
    data = read(DataOptions)
    split = records.open_split(FLAGS.data, FLAGS.split, reporter=Console())
    count = min(FLAGS.complete, len(split))
    batches = pipeline.evaluation_batches(split, FLAGS.image_size, data, count)
    os.makedirs(FLAGS.output, exist_ok=True)
    pictures = tqdm(batches.unbatch().as_numpy_iterator(), FLAGS.method, count, unit="")
    for stem, (image, mask) in zip(stems_of(split, count), pictures):
        # Methods must not see what is missing.
        holed = np.where(mask > 127, 0, image).astype(np.uint8)
        for number in range(FLAGS.num_samples):
            filled = fill(holed, mask[..., 0], number)
            path = os.path.join(FLAGS.output, f"{stem}_{number:02d}.png")
            outputs.write(path, png.encoded(np.asarray(filled, np.uint8)))
    say(f"-> {FLAGS.output}")


if __name__ == "__main__":
    run_main(main)
