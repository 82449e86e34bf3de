"""What `inpaint` and its client share: their flags, and the loop over pictures."""

import collections
import json
import math
import os
import sys
import time

from tqdm import tqdm

from vqinpaint.cli import FLAGS, flags
from vqinpaint.completing import results, windows
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.pictures import files
from vqinpaint.pictures.masks import is_missing

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
flags.DEFINE_integer("keep", 0, "Keep only so many, the best; 0 = all.")
flags.DEFINE_enum(
    "keep_by",
    "likelihood",
    ["likelihood", "discriminator"],
    "Which are best: those of the fewest bits, or those that look truest.",
)
flags.DEFINE_integer(
    "seed", 0, "Seed of the first completion; the next takes seed + 1."
)
flags.DEFINE_float("temperature", 1.0, "Under 1 is safer, over 1 wilder, 0 greedy.")
flags.DEFINE_enum(
    "size",
    "crop",
    ["crop", "resize", "native"],
    "Pictures of another size than the model's: crop completes windows around the holes, "
    "resize the whole picture at the model's size, native the whole at its own size.",
)
flags.DEFINE_integer(
    "feather", 0, "Pixels inside a hole's rim to mix with the known ones nearby."
)
flags.DEFINE_bool("overwrite", False, "Complete pictures again that are done already.")

# The generator compares every eighth place with every other; so much for one picture.
_NATIVE_LIMIT = 768


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
    if not 0 <= FLAGS.keep <= FLAGS.num_samples:
        raise UsageError(
            f"--keep={FLAGS.keep}: at most --num_samples={FLAGS.num_samples}, or 0."
        )
    if not (math.isfinite(FLAGS.temperature) and FLAGS.temperature >= 0):
        raise UsageError(f"--temperature={FLAGS.temperature}: give 0 or more.")
    if not -(2**31) <= FLAGS.seed < 2**31 - FLAGS.num_samples:
        raise UsageError(f"--seed={FLAGS.seed}: it must fit into 32 bits.")
    if FLAGS.feather < 0:
        raise UsageError(f"--feather={FLAGS.feather}: give 0 or more pixels.")


def find_pairs():
    """Paths of every picture and its mask.

    Raises:
      PictureError: a picture or its mask is missing.
      UsageError: two pictures would write the same files.
    """
    images = files.list_pictures(FLAGS.image)
    stems = collections.Counter(map(files.stem, images))
    twice = [stem for stem, count in stems.items() if count > 1]
    if twice:
        raise UsageError(
            f"{FLAGS.image} holds several pictures called {twice[0]}, whose results "
            "would overwrite each other; rename all but one."
        )
    return files.match_masks(images, files.list_pictures(FLAGS.mask, "mask"))


def note(text):
    """One line on stderr that leaves progress bars whole."""
    tqdm.write(text, file=sys.stderr)


class _Done(Exception):
    """A picture that was completed before, with the same options."""


def complete_all(pairs, engine, model, options):
    """Completes one picture after another and writes what came out.

    Args:
      pairs: from `find_pairs`.
      engine: object with `side`, that of its squares; `begin(image, mask, steps)`, told
        before each picture; `complete(image, mask, seeds, number)`, see
        `windows.complete`; and `at(side)`, the same model for another side.
      model: what to call it in the JSON.
      options: names of the flags that go into the JSON.

    Raises:
      PictureError: a picture could not be read; in a folder, after all the others.
    """
    counts, failed, last = collections.Counter(), [], None
    for image_path, mask_path in tqdm(
        pairs, "pictures", unit="", disable=len(pairs) == 1
    ):
        facts = {
            "model": model,
            "image": image_path,
            "mask": mask_path,
            "options": {name: getattr(FLAGS, name) for name in options},
        }
        try:
            _complete_one(image_path, mask_path, engine, facts)
            counts["completed"] += 1
        except _Done:
            counts["done already"] += 1
        except PictureError as error:
            if len(pairs) == 1:
                raise
            note(f"error: {error}")
            failed.append(image_path)
            continue
        last = os.path.join(FLAGS.output, f"{files.stem(image_path)}_grid.png")
    kept = FLAGS.keep or FLAGS.num_samples
    told = [f"{number} picture(s) {what}" for what, number in counts.items()]
    if failed:
        told.append(f"{len(failed)} failed")
    print(
        f"{', '.join(told)}; {kept} completions each -> {FLAGS.output}"
        f"{f'; look at {last}' if last else ''}"
    )
    if failed:
        raise PictureError(
            f"{len(failed)} of {len(pairs)} pictures could not be completed, "
            f"{failed[0]} the first; see above."
        )


def _is_done(facts, name):
    """Whether the same was written before, from files that are no newer."""
    path = os.path.join(FLAGS.output, f"{name}.json")
    try:
        with open(path, encoding="utf-8") as file:
            before = json.load(file)
        same = all(before[key] == value for key, value in facts.items())
        sources = (facts["image"], facts["mask"])
        newest = max(os.path.getmtime(source) for source in sources)
        return same and os.path.getmtime(path) > newest
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _complete_one(image_path, mask_path, engine, facts):
    """Raises `_Done`, or PictureError."""
    name, start = files.stem(image_path), time.monotonic()
    if not FLAGS.overwrite and _is_done(facts, name):
        raise _Done
    image = files.load_image(image_path)
    mask, resized = files.load_mask(mask_path, *image.shape[:2], FLAGS.invert_mask)
    if resized:
        note(f"note: {resized}.")
    share = float((is_missing(mask)).mean())
    if share > 0.8 or share == 0:
        note(
            f"note: {mask_path} marks {share:.0%} of {image_path} as missing; white "
            "is missing, --invert_mask turns that round."
        )
    steps, engine = _plan(image_path, mask, engine)
    seeds = list(range(FLAGS.seed, FLAGS.seed + FLAGS.num_samples))
    engine.begin(image, mask, steps)
    completed, found = windows.complete(
        image, mask, engine.side, seeds, steps, engine.complete, FLAGS.feather
    )
    result = results.Result(image, mask, seeds, completed, steps, found)
    if FLAGS.keep:
        result = result.best(FLAGS.keep, FLAGS.keep_by)
    facts = {**facts, "missing": share, "seconds": round(time.monotonic() - start, 3)}
    results.write(FLAGS.output, name, result, facts)


def _plan(path, mask, engine):
    """The steps that --size asks for, and the engine to take them with."""
    height, width = mask.shape
    if (height, width) == (engine.side, engine.side):
        return windows.resized(mask), engine
    told = f"note: {path} is {width}x{height}, the model {engine.side}x{engine.side}"
    if FLAGS.size == "resize":
        note(f"{told}; completed at the model's size, its hole filled at full size.")
        return windows.resized(mask), engine
    if FLAGS.size == "native":
        side = -(-max(height, width) // 64) * 64
        if side > _NATIVE_LIMIT:
            raise PictureError(
                f"{path} is {width}x{height}; --size=native takes up to "
                f"{_NATIVE_LIMIT}x{_NATIVE_LIMIT} (memory grows with the fourth power of "
                "the side); take --size=crop."
            )
        return windows.native(mask), engine.at(side)
    steps = windows.cropped(mask, engine.side)
    sides = [step.window.width for step in steps] or [0]
    note(
        f"{told}; completed in {len(steps)} window(s) of {min(sides)} to {max(sides)} "
        "pixels."
    )
    return steps, engine
