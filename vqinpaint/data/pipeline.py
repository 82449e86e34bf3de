"""Input of training and evaluation, as a pure function of (seed, step).

Nothing of it has to be saved in a checkpoint, and nothing is read again on resuming.
"""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.data.decoding import decode, record_reader, resize_short_side
from vqinpaint.data.masks import make_masks
from vqinpaint.data.records import Split
from vqinpaint.ops.images import turned
from vqinpaint.options import DataOptions

# Folded into the seed of an example, one for each draw, so that no two draws share their
# random numbers; they also differ from those of dropout.
_CROP, _FLIP, _TRAINING_MASK, _EVALUATION_MASK = 101, 102, 103, 104
_TURN, _FULL_HOLE = 105, 106
# An end so far away that training never meets it; a tf.data service can share out only
# what has one.
_ENDLESS = 1 << 60

_fold_in = tf.random.experimental.stateless_fold_in


def training_batches(
    split: Split,
    image_size: int,
    options: DataOptions,
    start_step: int = 0,
    context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Endless shuffled batches of random crops, the same for the same seed and step.

    Each epoch is a permutation of all records. Pictures are resized to the load size and
    cropped at random, as in the authors' code.

    Args:
      split: the records.
      image_size: side S of the crops in pixels.
      options: `batch_size` counts the pictures of all replicas together.
      start_step: first step to deliver, from 0; resuming there needs no state.
      context: of the replicas. The replicas of its worker get their parts of every
        batch one after another.

    Returns:
      Dataset of (image uint8 [B, S, S, 3], mask uint8 [B, S, S, 1], 255 where missing),
      B being the batch of one replica. Bytes, because floats would be four times as much
      to copy.

    Raises:
      UsageError: the load size is smaller than the crops.
      DataError: masks come from a folder that holds none.
    """
    context = context or tf.distribute.InputContext()
    load_size = options.load_size_for(image_size)
    masks = make_masks(image_size, options)
    read = record_reader(split)

    def example(number):
        image = decode(read(_record_of(number, split, options)))
        seed = _seed_of(number, options)
        side = _side_before_crop(image, options, load_size, image_size)
        image = _crop(resize_short_side(image, side), seed, image_size, options.flip)
        if options.turn:
            most = options.turn
            image = turned(
                image,
                tf.random.stateless_uniform([], _fold_in(seed, _TURN), -most, most),
            )
        drawn = masks.draw(_fold_in(seed, _TRAINING_MASK))
        if not options.full_holes:
            return image, drawn
        share = tf.random.stateless_uniform([], _fold_in(seed, _FULL_HOLE))
        return image, (drawn, share < options.full_holes)

    rows, number_of = _numbering(options.batch_size, context)
    counts = tf.data.Dataset.range(start_step * rows, _ENDLESS)
    examples = counts.map(
        lambda count: example(number_of(count)), tf.data.AUTOTUNE, deterministic=True
    )
    batches = examples.batch(
        context.get_per_replica_batch_size(options.batch_size), drop_remainder=True
    ).map(_finish(masks, options.full_holes), tf.data.AUTOTUNE, deterministic=True)
    if options.data_service:
        dynamic = tf.data.experimental.service.ShardingPolicy.DYNAMIC
        batches = batches.apply(
            tf.data.experimental.service.distribute(dynamic, options.data_service)
        )
    return batches.prefetch(2)


def evaluation_batches(
    split: Split,
    image_size: int,
    options: DataOptions,
    limit: int = 0,
    first: int = 0,
) -> tf.data.Dataset:
    """Each record once, in order, as a crop from the centre.

    The short side is resized to the crop's side, and a mask depends on the seed and the
    record's number only.

    Args:
      split, image_size, options: as in `training_batches`.
      limit: number of records after which to stop; 0 = all.
      first: number of the record to begin with. Nothing before it is read.

    Returns:
      As `training_batches`; the last batch may be smaller.

    Raises:
      DataError: masks come from a folder that holds none.
    """
    end = min(first + limit, len(split)) if limit else len(split)
    masks = make_masks(image_size, options)
    read = record_reader(split)

    def example(number):
        image = decode(read(number))
        side = _side_before_crop(image, options, image_size, image_size)
        image = resize_short_side(image, side)
        top = (tf.shape(image)[0] - image_size) // 2
        left = (tf.shape(image)[1] - image_size) // 2
        image = image[top : top + image_size, left : left + image_size]
        image = tf.ensure_shape(image, [image_size, image_size, 3])
        seed = _seed_of(number, options)
        return image, masks.draw(_fold_in(seed, _EVALUATION_MASK))

    return (
        tf.data.Dataset.range(first, end)
        .map(example, tf.data.AUTOTUNE, deterministic=True)
        .batch(options.batch_size)
        .map(_finish(masks), tf.data.AUTOTUNE, deterministic=True)
        .prefetch(2)
    )


def records_at(split: Split, options: DataOptions, step: int) -> list[int]:
    """Numbers of the records in the training batch of a step, in their order.

    Args:
      split, options: as in `training_batches`.
      step: counted from 0.
    """
    first = step * options.batch_size
    numbers = range(first, first + options.batch_size)
    return [int(_record_of(tf.constant(n, tf.int64), split, options)) for n in numbers]


def _numbering(batch, context):
    """Which training pictures a worker makes, over all steps.

    Returns:
      - how many of a step's pictures are this worker's;
      - a function from the worker's own count of pictures to the number of the picture
        among those of all workers, int64 [] -> int64 [].
    """
    rows = batch // context.num_input_pipelines
    first = context.input_pipeline_id * rows
    return rows, lambda count: count // rows * batch + first + count % rows


def _record_of(number, split, options):
    """Which record is the training picture of that number: int64 -> int64."""
    epoch, position = number // len(split), number % len(split)
    seed = tf.cast(tf.stack([options.seed, epoch]), tf.int64)
    return tf.random.experimental.index_shuffle(position, seed, len(split) - 1)


def _seed_of(number, options):
    """Seed of everything random about an example: int64 [2]."""
    return tf.stack([tf.constant(options.seed, tf.int64), number])


def _side_before_crop(image, options, load_size, image_size):
    """The short side in pixels, int32 [], that a picture is scaled to.

    Without `options.resize` only pictures smaller than the crop are scaled, namely
    enlarged to it.
    """
    if options.resize:
        return tf.constant(load_size)
    return tf.maximum(tf.reduce_min(tf.shape(image)[:2]), image_size)


def _crop(image, seed, side, flip):
    """A random crop, uint8 [side, side, 3], mirrored in half of the cases if `flip`."""
    crop = tf.image.stateless_random_crop(image, [side, side, 3], _fold_in(seed, _CROP))
    if flip:
        crop = tf.image.stateless_random_flip_left_right(crop, _fold_in(seed, _FLIP))
    return crop


def _finish(masks, full_holes=0.0):
    """A function that makes the masks of a batch: (images, draws) -> (images, masks).

    With `full_holes` the draws come with bool [B], of which pictures nothing is known.
    """

    def finish(images, drawn):
        if not full_holes:
            return images, masks.finish(drawn)
        drawn, full = drawn
        some = masks.finish(drawn)
        everything = tf.fill(tf.shape(some), tf.constant(255, tf.uint8))
        full = tf.reshape(full, [-1, 1, 1, 1])
        return images, tf.ensure_shape(tf.where(full, everything, some), some.shape)

    return finish
