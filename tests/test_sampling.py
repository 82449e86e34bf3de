"""The sampler: order, control and honest frequencies."""

import numpy as np
import tensorflow as tf

from vqinpaint.sampling import naive
from vqinpaint.sampling.choice import Control, choose
from vqinpaint.sampling.noise import gumbel


def _control(number, temperature=1.0, top_k=0, top_p=1.0):
    return Control(tf.fill([number], temperature), tf.constant(top_k), top_p)


def test_places_are_visited_row_by_row():
    size = 16

    def one_more_than_before(codes):  # wants the code before plus one
        flat = tf.reshape(codes, [1, -1])
        before = tf.concat([[[-1]], flat[:, :-1]], axis=1)
        return tf.reshape(tf.one_hot(before + 1, size), [1, 3, 4, size])

    noise = tf.zeros([1, 3, 4, size])
    choice = naive.sample(one_more_than_before, noise, _control(1, 0.0))
    np.testing.assert_array_equal(choice.codes[0], np.arange(12).reshape(3, 4))


def test_bits_are_those_of_the_drawn_codes():
    logits = np.random.default_rng(0).normal(size=(2, 2, 3, 5)).astype(np.float32)
    noise = gumbel(tf.constant([1, 2]), [2, 3, 5])
    choice = naive.sample(lambda codes: logits, noise, _control(2, 0.7, top_k=3))
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    drawn = np.take_along_axis(shares, choice.codes.numpy()[..., None], -1)[..., 0]
    np.testing.assert_allclose(choice.bits, -np.log2(drawn), rtol=1e-5)
    entropy = -(shares * np.log2(shares)).sum(-1)
    np.testing.assert_allclose(choice.entropy, entropy, rtol=1e-5)


_gumbel = tf.function(gumbel)  # eager map_fn runs Python for every row


def _frequencies(logits, number=20000, **control):
    noise = _gumbel(tf.range(number), [len(logits)])
    batch = tf.repeat(tf.constant([logits], tf.float32), number, axis=0)
    codes = choose(batch, noise, _control(number, **control))
    return np.bincount(codes, minlength=len(logits))


def _chi_square(counts, shares):
    expected = counts.sum() * np.asarray(shares)
    return ((counts - expected) ** 2 / expected).sum()


LOGITS = [1.0, 0.0, -1.0, 0.5, 2.0]
# 99.99 % of fair samplers stay below this with four degrees of freedom. The seeds are
# fixed, so the test does not flicker.
LIMIT = 23.5


def test_draws_follow_the_softmax():
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum()
    assert _chi_square(_frequencies(LOGITS), shares) < LIMIT


def test_temperature_sharpens_as_it_should():
    scaled = np.array(LOGITS) / 0.5
    shares = np.exp(scaled) / np.exp(scaled).sum()
    counts = _frequencies(LOGITS, temperature=0.5)
    assert _chi_square(counts, shares) < LIMIT
    # The same test catches a sampler that forgets the temperature.
    assert _chi_square(_frequencies(LOGITS), shares) > 10 * LIMIT


def test_temperature_zero_is_greedy_whatever_the_noise():
    counts = _frequencies(LOGITS, number=500, temperature=0.0)
    assert counts.tolist() == [0, 0, 0, 0, 500]


def test_top_k_keeps_the_k_likeliest_in_proportion():
    counts = _frequencies(LOGITS, top_k=2)
    assert set(np.flatnonzero(counts)) == {0, 4}
    shares = np.exp([1.0, 2.0]) / np.exp([1.0, 2.0]).sum()
    assert _chi_square(counts[[0, 4]], shares) < LIMIT


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    shares = np.sort(np.exp(LOGITS) / np.exp(LOGITS).sum())[::-1]
    just_two = float(shares[0] + shares[1] / 2)
    assert set(np.flatnonzero(_frequencies(LOGITS, top_p=just_two))) == {0, 4}
    assert set(np.flatnonzero(_frequencies(LOGITS, top_p=0.01))) == {4}
    assert (_frequencies(LOGITS, top_p=1.0) > 0).all()


def test_noise_depends_on_the_rows_own_seed_alone():
    together = gumbel(tf.constant([7, 3, 9]), [2, 2, 5])
    alone = gumbel(tf.constant([3]), [2, 2, 5])
    np.testing.assert_array_equal(together[1:2], alone)
    assert np.abs(together[0] - together[1]).max() > 0.1
