"""Completes pictures: python -m vqinpaint.inpaint --model=M --image=I --mask=K --output=DIR"""

import concurrent.futures
import functools
import os
import signal

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

import tensorflow as tf
from tqdm import tqdm

from vqinpaint import sampling
from vqinpaint.completing import picture_loop, structure_from
from vqinpaint.errors import UsageError
from vqinpaint.joined import loading

flags.adopt_module_key_flags(picture_loop)
flags.DEFINE_string("model", None, "SavedModel folder or run folder.")
flags.DEFINE_integer("top_k", 0, "Draw among the k likeliest codes only; 0 = all.")
flags.DEFINE_float("top_p", 1.0, "Draw among the codes that share this probability.")
flags.DEFINE_string(
    "structure_from",
    None,
    "Draw nothing: take the structure inside the hole from this picture, or from sample I "
    "of an earlier result, NAME.json:I.",
)
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
    if FLAGS.structure_from:
        FLAGS.num_samples, FLAGS.keep = 1, 0  # one structure, one completion


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
        # Not into a file, which would hold ten of it a second.
        bar = tqdm(total=rows, desc="rows of codes", delay=2, leave=False, disable=None)
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


class Engine:
    """Completes squares by a model; see `picture_loop.complete_all`.

    Args:
      model: from `loading.load`.
      options: its `ModelOptions`.
    """

    def __init__(self, model, options):
        self._model, self._options = model, options
        self.side = options.image_size
        self._score = loading.load_score(FLAGS.model, options)
        if FLAGS.keep and FLAGS.keep_by == "discriminator" and not self._score:
            raise UsageError(
                "--keep_by=discriminator: a SavedModel holds no discriminator; give the "
                "run folder as --model."
            )
        self._given = None  # codes of every step, where they are not to be drawn

    def at(self, side):
        """The same model for other squares. Raises ModelError for a SavedModel."""
        return _at(side)

    def begin(self, image, mask, steps):
        if FLAGS.structure_from:
            self._given = structure_from.codes(
                FLAGS.structure_from, image, mask, steps, self.side, self._model
            )

    def complete(self, image, mask, seeds, number):
        """Arguments and result as of `windows.complete`."""
        image, mask = tf.constant(image), tf.constant(mask[..., None])
        if self._given:
            result = structure_from.render(
                self._model, image, mask, self._given[number]
            )
        else:
            arguments = (
                image,
                mask,
                tf.constant(seeds, tf.int32),
                tf.fill([len(seeds)], float(FLAGS.temperature)),
                tf.constant(FLAGS.top_k),
                tf.constant(FLAGS.top_p),
            )
            model = self._model
            result = watched(model, self.side // 8, lambda: model.sample(*arguments))
        if self._score:
            result = {**result, "score": self._score(result["completed"], mask)}
        return {name: value.numpy() for name, value in result.items()}


@functools.lru_cache(maxsize=2)  # a folder's pictures are often of one size
def _at(side):
    return Engine(*loading.load(FLAGS.model, sampler=FLAGS.sampler, image_size=side))


def main():
    check_flags()
    pairs = picture_loop.find_pairs()
    model, options = loading.load(FLAGS.model, sampler=FLAGS.sampler)
    names = "seed temperature top_k top_p num_samples keep keep_by size feather"
    names += " invert_mask structure_from"
    engine = Engine(model, options)
    picture_loop.complete_all(pairs, engine, FLAGS.model, names.split())


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
