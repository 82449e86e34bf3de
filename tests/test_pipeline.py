"""The input that training and evaluation make from records."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests import small_data
from vqinpaint.data import decoding, pipeline, records
from vqinpaint.data.masks import make_masks
from vqinpaint.data.writing import SplitWriter
from vqinpaint.errors import DataError
from vqinpaint.ops import masks
from vqinpaint.options import DataOptions


@pytest.fixture
def folder(tmp_path):
    return small_data.write(tmp_path)


def _options(**changes):
    return DataOptions(**{"batch_size": 2, "load_size": 64, **changes})


def test_input_is_a_function_of_seed_and_step(folder):
    split = records.open_split(folder, "train")

    def batches(start, seed=0):
        options = _options(seed=seed, mask="random", flip=True, load_size=70)
        data = pipeline.training_batches(split, 64, options, start)
        return [[x.numpy() for x in batch] for batch in data.take(4)]

    whole, later, other = batches(0), batches(2), batches(0, seed=1)
    for a, b in zip(whole[2:], later):
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])
    assert np.abs(whole[0][0] - other[0][0]).max() > 0.1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_data_service_gives_the_same_pictures(folder, workers):
    """With one tf.data worker in the same order, with two each still once."""
    service = tf.data.experimental.service
    dispatcher = service.DispatchServer()
    address = dispatcher.target.removeprefix("grpc://")
    config = service.WorkerConfig(dispatcher_address=address)
    servers = [service.WorkerServer(config) for _ in range(workers)]
    assert len(servers) == workers
    split = records.open_split(folder, "train")

    def batches(number, **options):
        # Random crops make every picture of the stream its own.
        own = _options(batch_size=1, load_size=90, **options)
        data = pipeline.training_batches(split, 64, own, start_step=5)
        return [image.numpy() for image, _ in data.take(number)]

    served = batches(10, data_service=dispatcher.target)
    local = batches(80)
    where = [
        [i for i, own in enumerate(local) if (own == batch).all()] for batch in served
    ]
    assert all(len(found) == 1 for found in where), where
    order = [found[0] for found in where]
    if workers == 1:
        assert order == list(range(10))
    assert len(set(order)) == 10


def test_an_epoch_shows_every_picture_once_in_changing_order(folder):
    split = records.open_split(folder, "train")
    data = pipeline.training_batches(split, 64, _options()).unbatch()
    keys = [float(image.numpy().sum()) for image, _ in data.take(20)]
    assert len(set(keys[:10])) == 10
    assert sorted(keys[:10]) == sorted(keys[10:])
    assert keys[:10] != keys[10:]


@pytest.mark.parametrize("batches", ["training", "evaluation"])
def test_without_resizing_every_crop_is_a_piece_of_the_picture(tmp_path, batches):
    with SplitWriter(str(tmp_path), "train", 1) as writer:
        for i in range(5):
            writer.write(small_data.picture_of(i, size=(70 + i, 90))[0])
    split = records.open_split(str(tmp_path), "train")
    options = _options(resize=False, load_size=None, batch_size=1)
    make = getattr(pipeline, f"{batches}_batches")
    originals = [
        decoding.decode(decoding.record_reader(split)(i)).numpy()
        for i in range(len(split))
    ]
    for image, _ in make(split, 64, options).take(5):
        assert any(_holds(original, image[0].numpy()) for original in originals)


def _holds(picture, piece):
    """Whether a picture holds a smaller one, pixel for pixel."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, piece.shape)
    return (windows == piece).all(axis=(-3, -2, -1)).any()


def test_without_resizing_small_pictures_are_enlarged_to_the_crop(tmp_path):
    with SplitWriter(str(tmp_path), "train", 1) as writer:
        writer.write(small_data.picture_of(0, size=(50, 40))[0])
    split = records.open_split(str(tmp_path), "train")
    options = _options(resize=False, load_size=None, batch_size=1)
    image, _ = next(iter(pipeline.training_batches(split, 64, options)))
    assert image.shape == (1, 64, 64, 3)


def test_pictures_keep_their_values_and_aspect():
    array = small_data.picture_of(0)[1]
    record = records.to_example(small_data.picture_of(0)[0])
    image = decoding.decode(tf.constant(record))
    np.testing.assert_array_equal(image, array)
    np.testing.assert_array_equal(decoding.resize_short_side(image, 64), array)
    wide = decoding.resize_short_side(tf.zeros([50, 100, 3], tf.uint8), 64)
    assert wide.shape == (64, 128, 3)


@pytest.mark.parametrize("size", [40, 80])
def test_pictures_are_resized_without_aliases(size):
    """Both ways as the filter of `antialias` does, which enlarging does not need."""
    image = tf.constant(small_data.picture_of(0)[1])
    wanted = tf.image.resize(image, [size, size], antialias=True)
    # Of 255, rounded to whole ones.
    found = decoding.resize_short_side(image, size)
    np.testing.assert_allclose(found, wanted, atol=0.501)


def test_evaluation_reads_each_record_once_in_order(folder):
    split = records.open_split(folder, "train")
    data = pipeline.evaluation_batches(split, 64, _options(batch_size=4))
    sizes = [image.shape[0] for image, _ in data]
    assert sizes == [4, 4, 2]


@pytest.mark.parametrize("kind", ["center", "box", "strokes", "random"])
def test_masks_are_the_recipe_in_bytes(kind):
    """255 where missing, whether made for a batch or one by one."""
    made = make_masks(64, _options(mask=kind))
    seeds = [tf.constant([7, i], tf.int64) for i in range(5)]
    drawn = tf.stack([made.draw(seed) for seed in seeds])
    if kind == "center":
        wanted = [masks.center(64)] * 5
    else:
        wanted = getattr(masks, kind)(64, tf.stack([masks.draws(s) for s in seeds]))
    found = made.finish(drawn)
    assert found.dtype == tf.uint8 and found.shape == (5, 64, 64, 1)
    np.testing.assert_array_equal(found, 255 * np.asarray(wanted, int))
    alone = [made.finish(drawn[i : i + 1])[0] for i in range(5)]
    np.testing.assert_array_equal(found, alone)


def test_grey_values_over_127_are_missing_in_mask_files(tmp_path):
    values = np.array([[0, 127], [128, 255]], np.uint8)
    Image.fromarray(values).save(tmp_path / "mask.png")
    made = make_masks(4, _options(mask="folder", mask_dir=str(tmp_path)))
    mask = made.finish(made.draw(tf.constant([0, 1], tf.int64))[None])
    assert mask.numpy()[0, ..., 0].tolist() == [[0] * 4] * 2 + [[255] * 4] * 2


def test_masks_come_from_a_folder(tmp_path):
    Image.fromarray(np.full((8, 8), 255, np.uint8)).save(tmp_path / "all.png")
    options = _options(mask="folder", mask_dir=str(tmp_path))
    made = make_masks(64, options)
    mask = made.draw(tf.constant([0, 1], tf.int64))
    assert made.finish(mask) is mask
    assert mask.shape == (64, 64, 1) and mask.numpy().all()
    with pytest.raises(DataError, match="mask folder .* does not exist"):
        make_masks(64, _options(mask="folder", mask_dir=str(tmp_path / "no")))


def test_turned_pictures_lose_their_corners_alone(folder):
    split = records.open_split(folder, "train")

    def first(**options):
        batches = pipeline.training_batches(split, 64, _options(**options))
        return next(iter(batches))[0].numpy().astype(int)

    plain, some = first(), first(turn=40.0)
    corners = some[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == 0).all(axis=-1).any() and not (plain == some).all()
    # The middle stays where it is.
    assert np.abs(some[:, 31:33, 31:33] - plain[:, 31:33, 31:33]).mean() < 20
