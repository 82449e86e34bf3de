"""What `inpaint` and its client share: their flags, and the loop over pictures."""

import math
import os
import sys
import time

from tqdm import tqdm

from vqinpaint import pictures, results
from vqinpaint.errors import UsageError
from vqinpaint.flagging import FLAGS, flags

flags.DEFINE_string("image", None, "Picture, or folder of pictures.")
flags.DEFINE_string(
    "mask",
    None,
    "Mask: white (over 127) is missing. One file for all pictures, or a folder with a "
    "mask of the same name for each.",
)
flags.DEFINE_bool("invert_mask", False, "Black is missing instead.")
flags.DEFINE_string("output", None, "Folder for the results; made if needed.")
flags.DEFINE_integer("num_samples", 8, "Completions per picture.")
flags.DEFINE_integer(
    "seed", 0, "Seed of the first completion; the next takes seed + 1."
)
flags.DEFINE_float("temperature", 1.0, "Under 1 is safer, over 1 wilder, 0 greedy.")


def check_flags(*names):
    """Refuses values that cannot be. Raises UsageError.

    Args:
      *names: further flags that must be given.
    """
    for name in (*names, "image", "mask", "output"):
        if not getattr(FLAGS, name):
            raise UsageError(f"give --{name}; see --help.")
    if not 1 <= FLAGS.num_samples <= 1000:
        raise UsageError(f"--num_samples={FLAGS.num_samples}: 1 to 1000 are possible.")
    if not (math.isfinite(FLAGS.temperature) and FLAGS.temperature >= 0):
        raise UsageError(f"--temperature={FLAGS.temperature}: give 0 or more.")
    if not -(2**31) <= FLAGS.seed < 2**31 - FLAGS.num_samples:
        raise UsageError(f"--seed={FLAGS.seed}: it must fit into 32 bits.")


def find_pairs():
    """Paths of every picture and its mask. Raises PictureError."""
    images = pictures.list_pictures(FLAGS.image)
    return pictures.match_masks(images, pictures.list_pictures(FLAGS.mask, "mask"))


def note(text):
    """One line on stderr that leaves progress bars whole."""
    tqdm.write(text, file=sys.stderr)


def complete_all(pairs, side, complete, model, options):
    """Completes one picture after another and writes what came out.

    Args:
      pairs: from `find_pairs`.
      side: of the model's pictures.
      complete: function of an image uint8 [H, W, 3] and a mask uint8 [H, W] that gives
        what `results.write` takes.
      model: what to call it in the JSON.
      options: names of the flags that go into the JSON.
    """
    for image_path, mask_path in tqdm(
        pairs, "pictures", unit="", disable=len(pairs) == 1
    ):
        start = time.monotonic()
        image = pictures.load_image(image_path)
        mask, resized = pictures.load_mask(
            mask_path, *image.shape[:2], FLAGS.invert_mask
        )
        if resized:
            note(f"note: {resized}.")
        share = float((mask > 127).mean())
        if share > 0.8 or share == 0:
            note(
                f"note: {mask_path} marks {share:.0%} of {image_path} as missing; white "
                "is missing, --invert_mask turns that round."
            )
        if image.shape[:2] != (side, side):
            note(
                f"note: {image_path} is {image.shape[1]}x{image.shape[0]}; it is completed "
                f"at the model's {side}x{side} and its hole filled at full size."
            )
        result = complete(image, mask)
        facts = {
            "model": model,
            "image": image_path,
            "mask": mask_path,
            "options": {name: getattr(FLAGS, name) for name in options},
            "missing": share,
            "seconds": round(time.monotonic() - start, 3),
        }
        name = pictures.stem(image_path)
        results.write(FLAGS.output, name, image, mask, result, facts)
    sheet = os.path.join(FLAGS.output, f"{pictures.stem(pairs[0][0])}_grid.png")
    print(
        f"{len(pairs)} picture(s), {FLAGS.num_samples} completions each -> {FLAGS.output}"
        f"; look at {sheet}"
    )
