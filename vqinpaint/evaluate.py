"""Figures of a model on a TFRecord split: python -m vqinpaint.evaluate --model=M --data=D"""

import dataclasses
import math

from vqinpaint.cli import FLAGS, define, flags, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from vqinpaint.data import pipeline, records
from vqinpaint.errors import UsageError
from vqinpaint.joined import loading
from vqinpaint.json_files import write_json
from vqinpaint.ops.images import to_float
from vqinpaint.options import DataOptions
from vqinpaint.pictures.masks import is_missing

flags.DEFINE_string("model", None, "SavedModel folder or run folder.")
flags.DEFINE_string("data", None, "Folder of TFRecords.")
flags.DEFINE_string("split", "val", "Split to measure on.")
flags.DEFINE_string("output", "metrics.json", "File for the figures.")
flags.DEFINE_integer("pictures", 500, "Pictures for MSE and bits; 0 = all.")
flags.DEFINE_integer("complete", 50, "Pictures to complete, from the first; 0 = none.")
flags.DEFINE_integer("num_samples", 4, "Completions of each.")
flags.DEFINE_list("temperature", ["1"], "Of the completions; several: 0.5,0.8,1.")
flags.DEFINE_bool("verify_data", True, "Check every shard's sha256 first.")
define(DataOptions)


def measure_codes(model, batches, codes):
    """VQ-VAE error and what the prior knows, over all pictures.

    Returns:
      dict: `vqvae_mse` on [-1, 1], of reconstructions rounded to 256 levels; `bits_per_code` of the prior given the known pixels;
      `marginal_bits`, the entropy of code frequencies; `perplexity_top`.
    """
    squared, bits, count = 0.0, 0.0, 0
    used = np.zeros(codes, np.int64)
    for image, mask in tqdm(batches, "codes", unit="batch"):
        rebuilt = model.reconstruct(image)["reconstruction"]
        error = tf.math.squared_difference(to_float(rebuilt), to_float(image))
        squared += float(tf.reduce_sum(tf.reduce_mean(error, [1, 2, 3])))
        cost = model.bits(image, mask)
        bits += float(tf.reduce_sum(tf.reduce_mean(cost, [1, 2])))
        top = model.encode(image)["top"].numpy()
        used += np.bincount(top.ravel(), minlength=codes)
        count += image.shape[0]
    shares = used[used > 0] / used.sum()
    entropy = float(-(shares * np.log2(shares)).sum())
    return {
        "pictures": count,
        "vqvae_mse": squared / count,
        "bits_per_code": bits / count,
        "marginal_bits": entropy,
        "perplexity_top": 2**entropy,
    }


def compare(image, completed, structure, mask):
    """Distances of the N completions of one picture to the truth and to one another.

    Args:
      image: uint8 [S, S, 3]; completed, structure: uint8 [N, S, S, 3]; mask: uint8
        [S, S, 1].

    Returns:
      dict of floats; L1 in grey levels of 255, of the whole picture or of the hole.
    """
    truth, filled = tf.cast(image[None], tf.float32), tf.cast(completed, tf.float32)
    hole = tf.cast(is_missing(mask), tf.float32)
    area = tf.maximum(tf.reduce_sum(hole) * 3, 1.0)

    def in_hole(a, b):
        return tf.reduce_sum(tf.abs(a - b) * hole, axis=[-3, -2, -1]) / area

    number = filled.shape[0]
    pairs = in_hole(filled[:, None], filled[None])
    return {
        "l1": tf.reduce_mean(tf.abs(filled - truth)),
        "psnr": tf.reduce_mean(tf.image.psnr(filled, truth, 255)),
        "ssim": tf.reduce_mean(tf.image.ssim(filled, truth, 255)),
        "hole_l1": tf.reduce_mean(in_hole(filled, truth)),
        "hole_l1_best": tf.reduce_min(in_hole(filled, truth)),
        "hole_l1_structure_alone": tf.reduce_mean(
            in_hole(tf.cast(structure, tf.float32), truth)
        ),
        "hole_diversity": tf.reduce_sum(pairs) / max(1, number * (number - 1)),
    }


def measure_completions(model, batches, number, temperature):
    """Means of `compare` over pictures, each completed `number` times."""
    rows = []
    for image, mask in tqdm(batches.unbatch(), "completions", unit=""):
        result = model.sample(
            image,
            mask,
            tf.range(number),
            tf.fill([number], float(temperature)),
            tf.constant(0),
            tf.constant(1.0),
        )
        scores = compare(image, result["completed"], result["structure"], mask)
        rows.append({name: float(value) for name, value in scores.items()})
    return {name: float(np.mean([r[name] for r in rows])) for name in rows[0]}


def _temperatures():
    try:
        temperatures = [float(value) for value in FLAGS.temperature]
    except ValueError:
        temperatures = []
    if not temperatures or not all(0 <= t < math.inf for t in temperatures):
        raise UsageError(
            f"--temperature={','.join(FLAGS.temperature)}: numbers, 0 or more, "
            "with commas between them."
        )
    return temperatures


def main():
    if not FLAGS.model or not FLAGS.data:
        raise UsageError("give --model and --data; see --help.")
    if FLAGS.num_samples < 1 or FLAGS.complete < 0:
        raise UsageError("--num_samples must be at least 1, --complete at least 0.")
    temperatures = _temperatures()
    split = records.open_split(FLAGS.data, FLAGS.split, FLAGS.verify_data)
    model, options = loading.load(FLAGS.model)
    data = read(DataOptions)

    def batches(limit):
        return pipeline.evaluation_batches(split, options.image_size, data, limit)

    figures = measure_codes(model, batches(FLAGS.pictures), options.vqvae.codes)
    if FLAGS.complete:
        figures["completions"] = [
            {
                "pictures": min(FLAGS.complete, len(split)),
                "num_samples": FLAGS.num_samples,
                "temperature": temperature,
                **measure_completions(
                    model, batches(FLAGS.complete), FLAGS.num_samples, temperature
                ),
            }
            for temperature in temperatures
        ]
    facts = {
        "model": FLAGS.model,
        "data": FLAGS.data,
        "split": FLAGS.split,
        "fingerprint": split.fingerprint,
        "mask": dataclasses.asdict(data)["mask"],
    }
    write_json(FLAGS.output, {**facts, **figures})
    completions = figures.pop("completions", [])
    for title, rows in (("codes", [figures]), ("completions", completions)):
        print(title)
        for name in rows[0] if rows else ():
            print(f"{name:>26}", *(f"{row[name]:10.5g}" for row in rows))
    print(f"-> {FLAGS.output}")


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
