"""Input as a pure function of (seed, step): nothing to checkpoint, nothing to replay."""

import glob
import os

import tensorflow as tf

from vqinpaint.data.records import FEATURES
from vqinpaint.errors import DataError
from vqinpaint.ops import masks
from vqinpaint.pictures.masks import is_missing

# Apart from each other and from dropout's, so that no two draws share their noise.
_CROP, _FLIP, _MASK = 101, 102, 103


def training_batches(split, image_size, options, start_step=0, context=None):
    """Endless shuffled batches, the same for the same seed and step.

    Each epoch is a permutation of all records; resuming at a step needs no state.

    Args:
      split: `data.records.Split`.
      image_size: side of the crops.
      options: `DataOptions`.
      start_step: first step to deliver.
      context: `tf.distribute.InputContext`; its worker's replicas then get their parts
        of every batch one after another.

    Returns:
      `tf.data.Dataset` of (image uint8 [B, S, S, 3], mask uint8 [B, S, S, 1], 255 where
      missing); bytes, as they are a quarter of what floats would be to copy.
    """
    context = context or tf.distribute.InputContext()
    wanted_side = _side_before_crop(
        options, options.load_size_for(image_size), image_size
    )
    prepare_mask, finish_masks = mask_maker(image_size, options)
    read = _reader(split)

    def example(number):
        image = decode(read(_record_of(number, split, options)))
        seed = tf.stack([tf.constant(options.seed, tf.int64), number])
        fold = tf.random.experimental.stateless_fold_in
        image = resize_short_side(image, wanted_side(image))
        image = tf.image.stateless_random_crop(
            image, [image_size, image_size, 3], fold(seed, _CROP)
        )
        if options.flip:
            image = tf.image.stateless_random_flip_left_right(image, fold(seed, _FLIP))
        return image, prepare_mask(fold(seed, _MASK))

    batch = options.batch_size
    rows = batch // context.num_input_pipelines  # of a step, for this worker

    def number_of(n):
        return n // rows * batch + context.input_pipeline_id * rows + n % rows

    # With an end, however far, a tf.data service can share it out.
    numbers = tf.data.Dataset.range(start_step * rows, 1 << 60)
    examples = numbers.map(
        lambda n: example(number_of(n)), tf.data.AUTOTUNE, deterministic=True
    )
    batches = examples.batch(
        context.get_per_replica_batch_size(batch), drop_remainder=True
    ).map(finish_masks, tf.data.AUTOTUNE, deterministic=True)
    if options.data_service:
        dynamic = tf.data.experimental.service.ShardingPolicy.DYNAMIC
        batches = batches.apply(
            tf.data.experimental.service.distribute(dynamic, options.data_service)
        )
    return batches.prefetch(2)


def _side_before_crop(options, load_size, image_size):
    """A function from a picture to the short side that it is scaled to.

    Args:
      options: `DataOptions`; without `resize` only pictures smaller than the crop are
        scaled, namely enlarged to it.
      load_size, image_size: in pixels.
    """

    def side(image):
        if options.resize:
            return tf.constant(load_size)
        return tf.maximum(tf.reduce_min(tf.shape(image)[:2]), image_size)

    return side


def _record_of(number, split, options):
    """Which record is the training picture of that number: int64 -> int64."""
    epoch, position = number // len(split), number % len(split)
    seed = tf.cast(tf.stack([options.seed, epoch]), tf.int64)
    return tf.random.experimental.index_shuffle(position, seed, len(split) - 1)


def records_at(split, options, step):
    """Numbers of the records in the batch of a step, counted from 0, in order."""
    first = step * options.batch_size
    numbers = range(first, first + options.batch_size)
    return [int(_record_of(tf.constant(n, tf.int64), split, options)) for n in numbers]


def evaluation_batches(split, image_size, options, limit=0):
    """Each record once, in order, centre crops; masks depend on the record's number.

    Args:
      split, image_size, options: as in `training_batches`.
      limit: stop after so many records; 0 = all.

    Returns:
      As `training_batches`; the last batch may be smaller.
    """
    count = min(limit, len(split)) if limit else len(split)
    wanted_side = _side_before_crop(options, image_size, image_size)
    prepare_mask, finish_masks = mask_maker(image_size, options)
    read = _reader(split)

    def example(number):
        image = decode(read(number))
        image = resize_short_side(image, wanted_side(image))
        top = (tf.shape(image)[0] - image_size) // 2
        left = (tf.shape(image)[1] - image_size) // 2
        image = image[top : top + image_size, left : left + image_size]
        image = tf.ensure_shape(image, [image_size, image_size, 3])
        seed = tf.stack([tf.constant(options.seed, tf.int64), number])
        return image, prepare_mask(
            tf.random.experimental.stateless_fold_in(seed, _MASK + 1)
        )

    return (
        tf.data.Dataset.range(count)
        .map(example, tf.data.AUTOTUNE, deterministic=True)
        .batch(options.batch_size)
        .map(finish_masks, tf.data.AUTOTUNE, deterministic=True)
        .prefetch(2)
    )


def _reader(split):
    """A function from a record's index to the record, read at its own offset."""
    paths = tf.constant(split.paths)
    shard, offset = tf.constant(split.shard), tf.constant(split.offset)

    def read(index):
        # The public TFRecordDataset takes no offsets; its op does.
        variant = tf.raw_ops.TFRecordDatasetV2(
            filenames=[paths[shard[index]]],
            compression_type="",
            buffer_size=tf.constant(1 << 16, tf.int64),
            byte_offsets=[offset[index]],
        )
        found = tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.string))
        return found.take(1).get_single_element()

    return read


def decode(record):
    """One serialised record to a picture: uint8 [h, w, 3]."""
    encoded = tf.io.parse_single_example(record, FEATURES)["image/encoded"]
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return tf.ensure_shape(image, [None, None, 3])


def resize_short_side(image, size):
    """Scales uint8 [h, w, 3] so that the shorter side is `size`; keeps the aspect.

    Args:
      image: uint8 [h, w, 3].
      size: in pixels, int or int32 [].

    Returns:
      uint8.
    """
    shape = tf.shape(image)[:2]
    shortest = tf.reduce_min(shape)
    target = tf.maximum(
        tf.cast(
            tf.round(
                tf.cast(shape, tf.float32)
                * tf.cast(size, tf.float32)
                / tf.cast(shortest, tf.float32)
            ),
            tf.int32,
        ),
        size,
    )

    def resized():
        # Enlarging needs no filter against aliases, whose operation is far slower.
        scaled = tf.cond(
            shortest < size,
            lambda: tf.image.resize(image, target),
            lambda: tf.image.resize(image, target, antialias=True),
        )
        return tf.cast(tf.round(scaled), tf.uint8)

    return tf.cond(shortest == size, lambda: image, resized)


def mask_maker(image_size, options):
    """How masks are made, in two parts.

    Drawing strokes for a whole batch takes little longer than for one picture, so each
    example only gets what decides about its mask.

    Returns:
      - a function from an int64 [2] seed to what an example carries;
      - a function from a batch of (images, what they carry) to (images, masks uint8
        [B, S, S, 1], 255 where missing).

    Raises:
      DataError: the mask folder holds no picture.
    """
    if options.mask == "folder":
        draw = _mask_from_folder(image_size, options.mask_dir)
        return draw, lambda images, found: (images, found)

    def finish(images, draws):
        if options.mask == "center":
            one = masks.center(image_size)[None]
            missing = tf.repeat(one, tf.shape(draws)[0], axis=0)
        else:
            missing = getattr(masks, options.mask)(image_size, draws)
        shape = [images.shape[0], image_size, image_size, 1]
        return images, tf.ensure_shape(_as_bytes(missing), shape)

    none = tf.zeros([0])
    return (lambda seed: none) if options.mask == "center" else masks.draws, finish


def _as_bytes(missing):
    """bool -> uint8, 255 where true."""
    return tf.cast(missing, tf.uint8) * 255


def _mask_from_folder(image_size, folder):
    names = sorted(
        path
        for path in glob.glob(os.path.join(glob.escape(folder), "*"))
        if path.lower().endswith((".png", ".jpg", ".jpeg"))
    )
    if not names:
        raise DataError(
            f"the mask folder {folder} holds no PNG or JPEG file; masks are white "
            "where the picture is missing."
        )
    paths = tf.constant(names)

    def draw(seed):
        index = tf.random.stateless_uniform([], seed, 0, len(names), tf.int64)
        encoded = tf.io.read_file(paths[index])
        mask = tf.io.decode_image(encoded, channels=1, expand_animations=False)
        mask = tf.image.resize(
            tf.ensure_shape(mask, [None, None, 1]), [image_size] * 2, "nearest"
        )
        return _as_bytes(is_missing(mask))

    return draw
