"""Completes pictures: python -m vqinpaint.inpaint --model=M --image=I --mask=K --output=DIR"""

import concurrent.futures
import os
import signal

from vqinpaint.flagging import FLAGS, flags, run_main

import numpy as np  # isort: skip  # after flagging, which quietens TensorFlow's log
import tensorflow as tf
from tqdm import tqdm

from vqinpaint import loading, picture_loop, pictures, sampling
from vqinpaint.errors import UsageError

flags.adopt_module_key_flags(picture_loop)
flags.DEFINE_string("model", None, "SavedModel folder or run folder.")
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
    picture_loop.check_flags("model")
    if FLAGS.top_k < 0 or not 0 < FLAGS.top_p <= 1:
        raise UsageError(
            f"--top_k={FLAGS.top_k} --top_p={FLAGS.top_p}: top_k is 0 or more, top_p "
            "above 0 and at most 1."
        )


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
            picture_loop.note("interrupted; finished pictures are in place.")
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


def main():
    check_flags()
    pairs = picture_loop.find_pairs()
    model, options = loading.load(FLAGS.model, sampler=FLAGS.sampler)
    side = options.image_size

    def complete(image, mask):
        return complete_one(model, side, image, mask)

    names = ("seed", "temperature", "top_k", "top_p", "invert_mask")
    picture_loop.complete_all(pairs, side, complete, FLAGS.model, names)


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
