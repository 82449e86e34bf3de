"""The joined model: honest, repeatable, and the same once exported."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint.errors import ModelError
from vqinpaint.joined import loading
from vqinpaint.ops.images import to_uint8


@pytest.fixture(scope="module")
def model(exported):
    return exported[0]


@pytest.fixture(scope="module")
def saved(exported):
    return exported[1]


IMAGE = to_uint8(tiny.images(1)[0])
MASK = tf.cast(tiny.center_masks(1)[0] * 255, tf.uint8)


def _sample(model, image=IMAGE, seeds=(0, 1, 2), temperature=1.0, top_k=0, top_p=1.0):
    result = model.sample(
        image,
        MASK,
        tf.constant(seeds),
        tf.fill([len(seeds)], temperature),
        tf.constant(top_k),
        tf.constant(top_p),
    )
    return {name: value.numpy() for name, value in result.items()}


def test_known_pixels_come_back_bit_for_bit(model):
    completed = _sample(model)["completed"]
    known = np.broadcast_to(MASK.numpy() == 0, completed.shape)
    np.testing.assert_array_equal(
        completed[known], np.broadcast_to(IMAGE, completed.shape)[known]
    )


def test_hidden_pixels_change_no_byte(model):
    other = tf.where(MASK > 127, to_uint8(tiny.images(1, seed=5)[0]), IMAGE)
    assert (other.numpy() != IMAGE.numpy()).any()
    for name, value in _sample(model).items():
        np.testing.assert_array_equal(value, _sample(model, other)[name])


def test_seeds_decide(model):
    first, again = _sample(model), _sample(model)
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    codes = first["codes"]
    assert (codes[0] != codes[1]).any() and (codes[1] != codes[2]).any()
    assert (first["structure"][0] != first["structure"][1]).any()


def test_a_seed_gives_the_same_bytes_alone_and_in_a_batch(model):
    together, alone = _sample(model), _sample(model, seeds=(1,))
    for name in together:
        np.testing.assert_allclose(together[name][1:2], alone[name], rtol=1e-5)
    np.testing.assert_array_equal(together["completed"][1:2], alone["completed"])


def test_temperature_zero_ignores_the_seed(model):
    codes = _sample(model, temperature=0.0)["codes"]
    np.testing.assert_array_equal(codes[0], codes[1])


def test_drawn_bits_are_the_teacher_forced_ones(model):
    """Sampling must price its codes as the prior's full pass does."""
    result = _sample(model)
    networks = model.inpainter.frozen
    hole = tf.cast(MASK > 127, tf.float32)
    seen = (tf.cast(IMAGE, tf.float32) / 127.5 - 1) * (1 - hole)
    condition = tf.repeat(networks.condition(seen[None], hole[None]), 3, axis=0)
    vectors = networks.encoder.top_codebook.vectors_of(result["codes"])
    logits = networks.prior(vectors, condition)
    bits = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=result["codes"], logits=logits
    ) / np.log(2)
    # Bits near zero are differences of large numbers; they need the absolute part.
    np.testing.assert_allclose(result["bits"], bits, rtol=1e-4, atol=1e-5)


def test_batch_signature_numbers_its_seeds_from_the_rows_own(model):
    images, masks = tf.stack([IMAGE, IMAGE]), tf.stack([MASK, MASK])
    result = model.inpaint(images, masks, tf.constant([0, 1]), tf.ones([2]))
    np.testing.assert_array_equal(result["completed"][0, 1], result["completed"][1, 0])
    np.testing.assert_array_equal(
        result["completed"][0], _sample(model, seeds=(0, 1))["completed"]
    )


def test_noise_signature_draws_what_the_seed_would(model):
    noise = model.inpainter.noise(tf.constant([4]))
    images = tf.cast(IMAGE[None], tf.float32) / 127.5 - 1
    result = model.inpaint_from_noise(
        images, tf.cast(MASK[None] > 127, tf.float32), noise, tf.ones([1])
    )
    np.testing.assert_array_equal(result["codes"], _sample(model, seeds=(4,))["codes"])


def test_half_takes_less_and_means_almost_the_same(tmp_path):
    tiny.run_folder(tmp_path)
    whole, half = (
        loading.load_run(str(tmp_path), half=half)[0] for half in (False, True)
    )
    size = [
        sum(v.numpy().nbytes for v in model.inpainter.weights)
        for model in (whole, half)
    ]
    kernels = [v for v in half.inpainter.weights if v.dtype == tf.float16]
    assert size[0] - size[1] == sum(v.numpy().nbytes for v in kernels) > 0
    image = to_uint8(tiny.images(2))
    mask = tf.cast(tiny.center_masks(2) * 255, tf.uint8)
    bits = [model.bits(image, mask).numpy() for model in (whole, half)]
    assert (bits[0] != bits[1]).any()
    # float16 keeps 11 binary digits: weights are off by 5e-4 of themselves.
    np.testing.assert_allclose(bits[0], bits[1], rtol=5e-3)


def test_export_gives_the_same_bytes(model, saved):
    loaded, options = loading.load(saved.rsplit("/", 1)[0])
    assert options == tiny.OPTIONS
    ours, theirs = _sample(model), _sample(loaded)
    np.testing.assert_array_equal(ours["completed"], theirs["completed"])
    np.testing.assert_array_equal(ours["codes"], theirs["codes"])


STRANGER = """
import json, sys
sys.modules["vqinpaint"] = None  # importing it would fail
import numpy as np, tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
picture = tf.io.read_file(sys.argv[2])
mask = tf.io.read_file(sys.argv[3])
serve = model.signatures["serving_default"]
result = serve(image_bytes=picture[None], mask_bytes=mask[None],
               seed=tf.constant([3]), temperature=tf.constant([1.0]))
decoded = [tf.io.decode_png(p).numpy() for p in result["completed_bytes"][0]]
np.save(sys.argv[4], np.stack(decoded))
print(json.dumps(sorted(model.signatures)))
"""


def test_a_process_without_the_package_serves_the_export(model, saved, tmp_path):
    paths = [str(tmp_path / name) for name in ("image.png", "mask.png", "out.npy")]
    tf.io.write_file(paths[0], tf.io.encode_png(IMAGE))
    tf.io.write_file(paths[1], tf.io.encode_png(MASK))
    run = subprocess.run(
        [sys.executable, "-c", STRANGER, saved, *paths],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert json.loads(run.stdout) == sorted(model.signatures())
    ours = _sample(model, seeds=(3, 4))["completed"]
    np.testing.assert_array_equal(np.load(paths[2]), ours)


@pytest.mark.parametrize("content", ["empty", "file", "options"])
def test_no_model_is_one_line(tmp_path, content, saved):
    path = tmp_path / "model"
    if content == "empty":
        path.mkdir()
    elif content == "options":
        path.mkdir()
        (path / "saved_model.pb").write_bytes(b"junk")
        (path / "options.json").write_text(json.dumps({"model": {"size": 3}}))
    with pytest.raises(ModelError):
        loading.load(str(path))
