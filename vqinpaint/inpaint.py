"""Completes pictures: python -m vqinpaint.inpaint --model=M --image=I --mask=K --output=DIR"""

import concurrent.futures
import math
import os
import signal
import sys
import time

from vqinpaint.flagging import FLAGS, flags, run_main

import numpy as np  # isort: skip  # after flagging, which quietens TensorFlow's log
import tensorflow as tf
from tqdm import tqdm

from vqinpaint import loading, pictures, sampling
from vqinpaint.errors import UsageError
from vqinpaint.options import write_json

flags.DEFINE_string("model", None, "SavedModel folder or run folder.")
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
flags.DEFINE_integer("top_k", 0, "Draw among the k likeliest codes only; 0 = all.")
flags.DEFINE_float("top_p", 1.0, "Draw among the codes that share this probability.")
flags.DEFINE_enum(
    "sampler",
    None,
    sampling.SAMPLERS,
    "How structures are drawn; all draw the same codes. Default: the fastest, or what "
    "the SavedModel was exported with.",
)


def check_flags():
    for name in ("model", "image", "mask", "output"):
        if not getattr(FLAGS, name):
            raise UsageError(f"give --{name}; see --help.")
    if not 1 <= FLAGS.num_samples <= 1000:
        raise UsageError(f"--num_samples={FLAGS.num_samples}: 1 to 1000 are possible.")
    if not (math.isfinite(FLAGS.temperature) and FLAGS.temperature >= 0):
        raise UsageError(f"--temperature={FLAGS.temperature}: give 0 or more.")
    if FLAGS.top_k < 0 or not 0 < FLAGS.top_p <= 1:
        raise UsageError(
            f"--top_k={FLAGS.top_k} --top_p={FLAGS.top_p}: top_k is 0 or more, top_p "
            "above 0 and at most 1."
        )
    if not -(2**31) <= FLAGS.seed < 2**31 - FLAGS.num_samples:
        raise UsageError(f"--seed={FLAGS.seed}: it must fit into 32 bits.")


def _note(text):
    tqdm.write(text, file=sys.stderr)


def watched(model, rows, call):
    """Runs `call()` in another thread and shows how many rows of codes are begun.

    TensorFlow works without coming back to Python, which could neither count nor hear
    Ctrl-C; this thread can.

    Args:
      model: from `loading.load`.
      rows: how many there are.
      call: does the work.

    Returns:
      What `call` returns; raises what it raises.
    """
    model.rows_begun.assign(0)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(call)
        done = False
        bar = tqdm(total=rows, desc="rows of codes", delay=2, leave=False)
        try:
            while not done:
                done = concurrent.futures.wait([future], timeout=0.1).done
                bar.update(int(model.rows_begun.numpy()) - bar.n)
        except KeyboardInterrupt:
            _note("interrupted; finished pictures are in place.")
            os._exit(128 + signal.SIGINT)  # the other thread cannot be stopped
        finally:
            bar.close()
    return future.result()


def complete_one(model, side, image, mask):
    """Draws all completions of one picture.

    Args:
      model: from `loading.load`.
      side: its picture side.
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.

    Returns:
      dict as of `Inpainter.sample`, in NumPy, with `completed` at the picture's size.
    """
    small, small_mask = pictures.shrink_known(image, mask, side)
    seeds = FLAGS.seed + np.arange(FLAGS.num_samples)
    arguments = (
        tf.constant(small),
        tf.constant(small_mask[..., None]),
        tf.constant(seeds, tf.int32),
        tf.fill([FLAGS.num_samples], float(FLAGS.temperature)),
        tf.constant(FLAGS.top_k),
        tf.constant(FLAGS.top_p),
    )
    result = watched(model, side // 8, lambda: model.sample(*arguments))
    result = {name: value.numpy() for name, value in result.items()}
    result["completed"] = np.stack(
        [pictures.paste_filling(image, mask, c) for c in result["completed"]]
    )
    result["seeds"] = [int(seed) for seed in seeds]
    return result


def write(name, image, mask, result, facts):
    """Writes completions, contact sheet, entropy picture and JSON of one picture."""
    os.makedirs(FLAGS.output, exist_ok=True)
    base = os.path.join(FLAGS.output, name)
    for i, completed in enumerate(result["completed"]):
        pictures.save(f"{base}_{i:02d}.png", completed)
    totals = result["bits"].sum(axis=(1, 2))
    captions = [
        f"seed {seed}: {bits:.0f} bits" for seed, bits in zip(result["seeds"], totals)
    ]
    columns = list(zip(result["structure"], result["completed"]))
    sheet = pictures.contact_sheet(pictures.holed(image, mask), columns, captions)
    pictures.save(f"{base}_grid.png", sheet)
    heat = pictures.heat_map(result["entropy"].mean(axis=0), *image.shape[:2])
    pictures.save(f"{base}_entropy.png", heat)
    samples = [
        {
            "seed": seed,
            "file": f"{name}_{i:02d}.png",
            "bits": float(totals[i]),
            "bits_per_code": result["bits"][i].round(4).tolist(),
            "codes": result["codes"][i].tolist(),
        }
        for i, seed in enumerate(result["seeds"])
    ]
    write_json(f"{base}.json", {**facts, "samples": samples})


def main():
    check_flags()
    images = pictures.list_pictures(FLAGS.image)
    pairs = pictures.match_masks(images, pictures.list_pictures(FLAGS.mask, "mask"))
    model, options = loading.load(FLAGS.model, sampler=FLAGS.sampler)
    side = options.image_size
    bar = tqdm(pairs, "pictures", unit="", disable=len(pairs) == 1)
    for image_path, mask_path in bar:
        start = time.monotonic()
        image = pictures.load_image(image_path)
        mask, note = pictures.load_mask(mask_path, *image.shape[:2], FLAGS.invert_mask)
        if note:
            _note(f"note: {note}.")
        share = float((mask > 127).mean())
        if share > 0.8 or share == 0:
            _note(
                f"note: {mask_path} marks {share:.0%} of {image_path} as missing; white "
                "is missing, --invert_mask turns that round."
            )
        if image.shape[:2] != (side, side):
            _note(
                f"note: {image_path} is {image.shape[1]}x{image.shape[0]}; it is completed "
                f"at the model's {side}x{side} and its hole filled at full size."
            )
        result = complete_one(model, side, image, mask)
        facts = {
            "model": FLAGS.model,
            "image": image_path,
            "mask": mask_path,
            "options": {
                name: getattr(FLAGS, name)
                for name in ("seed", "temperature", "top_k", "top_p", "invert_mask")
            },
            "missing": share,
            "seconds": round(time.monotonic() - start, 3),
        }
        write(pictures.stem(image_path), image, mask, result, facts)
    sheets = os.path.join(FLAGS.output, f"{pictures.stem(pairs[0][0])}_grid.png")
    print(
        f"{len(pairs)} picture(s), {FLAGS.num_samples} completions each -> {FLAGS.output}"
        f"; look at {sheets}"
    )


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
