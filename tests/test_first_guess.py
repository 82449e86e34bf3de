"""The guess from which samples are drawn: one pass of the prior for each picture."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint import sampling
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel

SAMPLES = 4


@pytest.fixture(scope="module")
def networks():
    return tiny.inpainter().inpainter.frozen


@pytest.fixture
def rows_of_the_prior(networks, monkeypatch):
    """How many rows each pass of the prior has; samplers return their guess at once."""
    monkeypatch.setitem(
        sampling.BY_STEPS,
        "fixed_point",
        lambda make_steps, noise, control, on_row, guess: guess,
    )
    rows, call = [], type(networks.prior).call

    def counted(self, codes, *args, **kwargs):
        rows.append(codes.shape[0])
        return call(self, codes, *args, **kwargs)

    monkeypatch.setattr(type(networks.prior), "call", counted)
    return rows


def _guesses(networks, pictures, noise):
    images, masks = tiny.images(2)[pictures], tiny.center_masks(2)[pictures]
    condition, likely = (
        networks.condition(images, masks),
        networks.likely(images, masks),
    )
    control = Control(tf.ones(len(noise)), tf.constant(0), tf.constant(1.0))
    return networks.draw_from(condition, noise, control, "fixed_point", likely=likely)


def _noise():
    side = tiny.OPTIONS.image_size // 8
    return gumbel(tf.range(SAMPLES), [side, side, tiny.OPTIONS.vqvae.codes])


@pytest.mark.parametrize("pictures", [1, 2])
def test_each_sample_has_the_guess_of_its_own_picture(
    networks, rows_of_the_prior, pictures
):
    noise = _noise()
    together = _guesses(networks, slice(0, pictures), noise)
    assert rows_of_the_prior == [pictures]
    for sample in range(SAMPLES):
        own = sample * pictures // SAMPLES
        alone = _guesses(networks, slice(own, own + 1), noise[sample : sample + 1])
        np.testing.assert_array_equal(together[sample], alone[0])
