"""Rows of a batch: none spoils another, and each is told what is wrong with it."""

import numpy as np
import pytest
import tensorflow as tf

from tests.export_world import SIGNATURES, tensors
from tests.load_requests import damaged
from vqinpaint.exporting import lite
from vqinpaint.exporting.requests import requests
from vqinpaint.ops.images import complete, hide

DRAWN = [name for name in SIGNATURES if name not in ("encode", "reconstruct")]
WITH_ERROR = [name for name in DRAWN if name != "inpaint_from_noise"]
NAN, INFINITY = float("nan"), float("inf")
BAD_TEMPERATURES = [NAN, INFINITY, -INFINITY, -1.0, -1e-30]


def _three_rows(exported, name, **changes):
    """Inputs of three rows; in the middle one some are changed."""
    inputs = {k: v.copy() for k, v in requests(exported[0], 3)[name].items()}
    for key, value in changes.items():
        inputs[key][1] = value
    return inputs


def _outer_rows_are_right(exported, loaded, name, answer):
    right = loaded[name](**tensors(requests(exported[0], 3)[name]))
    for key, value in right.items():
        # What noise draws is priced for the whole batch at once.
        rounded = name == "inpaint_from_noise" and key == "bits"
        for row in (0, 2):
            if rounded:
                np.testing.assert_allclose(answer[key][row], value[row], 1e-5)
            else:
                np.testing.assert_array_equal(answer[key][row], value[row])


def _is_blank(answer, row):
    for key, value in answer.items():
        if key != "error":
            blank = b"" if value.dtype == tf.string else 0
            assert (value[row].numpy() == blank).all(), key


@pytest.mark.portable
@pytest.mark.parametrize("name", WITH_ERROR)
@pytest.mark.parametrize("temperature", BAD_TEMPERATURES)
def test_a_temperature_that_is_none_fails_its_row_alone(
    exported, loaded, name, temperature
):
    inputs = _three_rows(exported, name, temperature=temperature)
    answer = loaded[name](**tensors(inputs))
    _outer_rows_are_right(exported, loaded, name, answer)
    _is_blank(answer, 1)
    text = answer["error"][1].numpy().decode()
    assert text.startswith("temperature is ") and "must be finite and 0 or more" in text
    assert answer["error"][0].numpy() == answer["error"][2].numpy() == b""


@pytest.mark.parametrize("name", WITH_ERROR)
def test_seeds_that_leave_32_bits_fail_their_row_alone(exported, loaded, name):
    most = 2**31 - 2  # two completions
    good = loaded[name](**tensors(_three_rows(exported, name, seed=most)))
    assert not any(good["error"].numpy())
    answer = loaded[name](**tensors(_three_rows(exported, name, seed=most + 1)))
    _outer_rows_are_right(exported, loaded, name, answer)
    _is_blank(answer, 1)
    assert (
        answer["error"][1].numpy().startswith(b"seed is 2147483647; the seeds of all 2")
    )


@pytest.mark.portable
@pytest.mark.parametrize("name", ["serving_default", "details"])
@pytest.mark.parametrize("key", ["image_bytes", "mask_bytes"])
def test_bytes_that_are_no_picture_fail_their_row_alone(exported, loaded, name, key):
    for data in damaged().values():
        answer = loaded[name](**tensors(_three_rows(exported, name, **{key: data})))
        _outer_rows_are_right(exported, loaded, name, answer)
        _is_blank(answer, 1)
        assert answer["error"][1].numpy().startswith(key.encode())


def test_all_that_is_wrong_is_told(exported, loaded):
    inputs = _three_rows(
        exported,
        "serving_default",
        image_bytes=b"",
        mask_bytes=b"?",
        temperature=-2,
        seed=2**31 - 1,
    )
    error = loaded["serving_default"](**tensors(inputs))["error"][1].numpy().decode()
    words = ("image_bytes (0 bytes)", "mask_bytes (1 bytes)", "temperature", "seed")
    assert [error.index(word) for word in words] == sorted(map(error.index, words))


# From noise: numbers alone.


def _noise_rows(exported, **changes):
    return _three_rows(exported, "inpaint_from_noise", **changes)


def _lite_answer(exported, row):
    path = f"{exported[1]}/model_float32.tflite"
    return lite.interpreter()(path).get_signature_runner()(**row)


@pytest.mark.portable
@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY, 1e30])
def test_missing_pixels_may_hold_anything(exported, loaded, value):
    inputs = _noise_rows(exported)
    wanted = loaded["inpaint_from_noise"](**tensors(inputs))
    marked = {**inputs, "image": np.where(inputs["mask"] == 1, value, inputs["image"])}
    marked["image"] = marked["image"].astype(np.float32)
    found = loaded["inpaint_from_noise"](**tensors(marked))
    for key, expected in wanted.items():
        np.testing.assert_array_equal(found[key], expected, key)
    rows = [{k: v[:1] for k, v in some.items()} for some in (inputs, marked)]
    answers = [_lite_answer(exported, row) for row in rows]
    for key, expected in answers[0].items():
        np.testing.assert_array_equal(answers[1][key], expected, key)
        assert np.isfinite(expected).all()


BAD_FLOATS = {
    **{f"temperature {t}": ("temperature", t) for t in BAD_TEMPERATURES},
    **{f"known pixel {x}": ("image", x) for x in (NAN, INFINITY, -INFINITY)},
    **{f"noise {x}": ("noise", x) for x in (NAN, INFINITY)},
    **{f"mask {x}": ("mask", x) for x in (NAN, INFINITY, -0.5, 255.0)},
}


@pytest.mark.portable
@pytest.mark.parametrize("kind", BAD_FLOATS)
def test_floats_that_are_of_no_use_fail_their_row_alone(exported, loaded, kind):
    key, value = BAD_FLOATS[kind]
    inputs = _noise_rows(exported)
    if key == "temperature":
        inputs[key][1] = value
    else:
        inputs[key][1, 0, 0, 0] = value  # a corner, which no mask covers
    answer = loaded["inpaint_from_noise"](**tensors(inputs))
    _outer_rows_are_right(exported, loaded, "inpaint_from_noise", answer)
    row = {k: v[1:2] for k, v in inputs.items()}
    told_by_lite = {k: v[0] for k, v in _lite_answer(exported, row).items()}
    for told in ({k: v[1].numpy() for k, v in answer.items()}, told_by_lite):
        assert np.isnan(told["completed"]).all() and np.isnan(told["bits"])
        assert (told["codes"] == -1).all()


@pytest.mark.portable
@pytest.mark.parametrize("name", SIGNATURES)
def test_no_rows_give_no_rows(exported, loaded, name):
    inputs = {
        key: tf.constant(value[:0], tf.as_dtype(value.dtype))
        for key, value in requests(exported[0], 1)[name].items()
    }
    one = loaded[name](**tensors(requests(exported[0], 1)[name]))
    for key, value in loaded[name](**inputs).items():
        assert value.shape == [0, *one[key].shape[1:]], key


@pytest.mark.portable
@pytest.mark.parametrize("name", DRAWN)
def test_rows_of_different_number_are_refused_with_their_numbers(
    exported, loaded, name
):
    inputs = requests(exported[0], 3)[name]
    for short in inputs:
        for number in (0, 1, 2):
            mixed = {**inputs, short: inputs[short][:number]}
            mixed = {k: tf.constant(v, tf.as_dtype(v.dtype)) for k, v in mixed.items()}
            with pytest.raises(tf.errors.InvalidArgumentError) as caught:
                loaded[name](**mixed)
            text = str(caught.value)
            assert "the inputs differ in their number of rows" in text
            assert all(f"{k} {len(v)}" in text for k, v in mixed.items()), text


# The function that programs call who load the model.


@pytest.fixture(scope="module")
def saved(exported):
    return tf.saved_model.load(exported[1])


@pytest.mark.portable
@pytest.mark.parametrize(
    "control, words",
    [
        ((NAN, 0, 1.0), "a temperature is out of range"),
        ((-1.0, 0, 1.0), "a temperature is out of range"),
        ((1.0, -1, 1.0), "top_k is below 0"),
        ((1.0, 0, 0.0), "top_p is out of range"),
        ((1.0, 0, 1.5), "top_p is out of range"),
        ((1.0, 0, NAN), "top_p is out of range"),
    ],
)
def test_a_sample_is_drawn_within_the_limits_alone(exported, saved, control, words):
    inputs = requests(exported[0], 1)["inpaint"]
    temperature, top_k, top_p = control
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        saved.sample(
            tf.constant(inputs["image"][0]),
            tf.constant(inputs["mask"][0]),
            tf.constant([0, 1]),
            tf.constant([1.0, temperature]),
            tf.constant(top_k),
            tf.constant(top_p),
        )


# The one place where pixels are hidden.


def _pictures():
    generator = np.random.default_rng(0)
    image = tf.constant(generator.normal(size=(2, 5, 4, 3)).astype(np.float32))
    mask = tf.constant(generator.integers(0, 2, (2, 5, 4, 1)).astype(np.float32))
    return image, mask, tf.constant(generator.normal(size=(2, 5, 4, 3)), tf.float32)


@pytest.mark.parametrize("soft", [False, True])
def test_hiding_keeps_values_and_gradients_of_finite_pictures(soft):
    image, mask, filling = _pictures()
    mask = mask * 0.5 if soft else mask
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([image, filling])
        results = hide(image, mask), complete(image, mask, filling)
        wanted = image * (1 - mask), image * (1 - mask) + filling * mask
    for found, expected in zip(results, wanted):
        np.testing.assert_array_equal(found, expected)
        for source in (image, filling):
            pair = [tape.gradient(x, source) for x in (found, expected)]
            assert (pair[0] is None) == (pair[1] is None)
            if pair[0] is not None:
                np.testing.assert_array_equal(*pair)


@pytest.mark.parametrize("value", [NAN, INFINITY])
def test_hiding_keeps_gradients_finite_whatever_is_missing(value):
    image, mask, filling = _pictures()
    marked = tf.where(mask == 1, value, image)
    with tf.GradientTape() as tape:
        tape.watch([marked, mask, filling])
        result = tf.reduce_sum(complete(marked, mask, filling) ** 2)
    assert np.isfinite(result)
    for gradient in tape.gradient(result, [marked, mask, filling]):
        assert np.isfinite(gradient).all()
