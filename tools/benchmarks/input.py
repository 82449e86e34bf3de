"""The input of training against bare JPEG decoding on the same cores."""

import time

import tensorflow as tf

from vqinpaint.cli import FLAGS, flags
from vqinpaint.data import pipeline, records
from vqinpaint.errors import DataError, UsageError
from vqinpaint.options import DataOptions

flags.DEFINE_string("data", None, "Folder of TFRecords that hold JPEG pictures.")
flags.DEFINE_string("mask", "random", "As in training.")
flags.DEFINE_integer("load_size", None, "As in training.")
flags.DEFINE_integer("pictures", 2000, "Pictures to read each time.")


def _rate(dataset, pictures, batch):
    """Pictures a second, after the first few that fill the queues."""
    iterator = iter(dataset)
    for _ in range(4):
        next(iterator)
    start = time.perf_counter()
    for _ in range(pictures // batch):
        next(iterator)
    return pictures // batch * batch / (time.perf_counter() - start)


def benchmark():
    """--batch is the number of pictures a step; --image_size the side of the crops."""
    if not FLAGS.data:
        raise UsageError("give --data=FOLDER of TFRecords.")
    split = records.open_split(FLAGS.data, "train", verify=False)
    encoded = [
        tf.io.parse_single_example(record, records.FEATURES)["image/encoded"]
        for record in tf.data.TFRecordDataset(split.paths).take(256)
    ]
    if not tf.io.is_jpeg(encoded[0]):
        raise DataError(f"{FLAGS.data} holds PNG pictures; write it from JPEG files.")
    bare = (
        tf.data.Dataset.from_tensor_slices(encoded)
        .repeat()
        .map(tf.io.decode_jpeg, tf.data.AUTOTUNE)
        .prefetch(2)
    )
    options = DataOptions(
        batch_size=FLAGS.batch, mask=FLAGS.mask, load_size=FLAGS.load_size
    )
    whole = pipeline.training_batches(split, FLAGS.image_size, options)
    rates = {"bare": [], "whole": []}
    for _ in range(
        FLAGS.repeats
    ):  # in turn, as the machine's other work comes and goes
        rates["bare"].append(_rate(bare, FLAGS.pictures, 1))
        rates["whole"].append(_rate(whole, FLAGS.pictures, FLAGS.batch))
    bare, whole = (max(rates[name]) for name in ("bare", "whole"))
    print(f"crops of {FLAGS.image_size}, masks: {FLAGS.mask}")
    print(f"bare decode_jpeg: {bare:.0f} pictures a second")
    print(f"input of training: {whole:.0f}, {whole / bare:.0%} of it")
    return {"bare_per_s": bare, "input_per_s": whole, "share": whole / bare}
