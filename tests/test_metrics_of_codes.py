"""Figures of a VQ-VAE and its prior against values by hand and by plain NumPy."""

import math

import numpy as np
import pytest

from vqinpaint import metrics
from vqinpaint.metrics.codes import entropy_of_frequencies


def _noise(number, seed):
    shape = number, 8, 16, 3
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def _answers(number=5):
    """(image, reconstruction, bits, codes) as of a model, of some pictures."""
    generator = np.random.default_rng(3)
    return (
        _noise(number, 0),
        _noise(number, 1),
        generator.uniform(0, 9, (number, 1, 2)).astype(np.float32),
        generator.integers(0, 4, (number, 1, 2)),
    )


def test_figures_of_codes_equal_values_by_hand():
    image = np.zeros((2, 8, 8, 3), np.uint8)
    image[1] = 204
    other = image + np.uint8(51)  # 0.4 of the range from -1 to 1
    other[0] = 0
    bits = np.array([[[1.0, 2.0]], [[3.0, 6.0]]])
    codes = np.array([[[2, 2]], [[0, 258]]])  # 258 is 2 in a byte
    figures = metrics.CodeFigures()
    figures.add(image, other, bits, codes)
    assert figures.result() == pytest.approx(
        {
            "vqvae_mse": 0.4**2 / 2,
            "bits_per_code": 3.0,
            "marginal_bits": 1.5,  # shares of 1/2, 1/4 and 1/4
            "perplexity_top": 2**1.5,
        },
        rel=1e-12,
    )


@pytest.mark.parametrize("sizes", [[5], [2, 2, 1], [1, 4], [1] * 5])
def test_batches_of_any_sizes_give_the_same_figures_of_codes(sizes):
    answers = _answers()
    figures, first = metrics.CodeFigures(), 0
    for size in sizes:
        figures.add(*(array[first : first + size] for array in answers))
        first += size
    assert len(figures) == 5
    image, other, bits, codes = answers
    error = ((image / 127.5 - 1) - (other / 127.5 - 1)) ** 2
    shares = [np.mean(codes == code) for code in np.unique(codes)]
    entropy = -sum(share * math.log2(share) for share in shares)
    assert figures.result() == pytest.approx(
        {
            "vqvae_mse": error.mean(),
            "bits_per_code": bits.astype(np.float64).mean(),
            "marginal_bits": entropy,
            "perplexity_top": 2**entropy,
        },
        rel=1e-9,
    )


def test_figures_of_codes_refuse_arrays_that_do_not_fit():
    image, other, bits, codes = _answers()
    figures = metrics.CodeFigures()
    for wrong in (
        (image[0], other[0], bits[0], codes[0]),
        (image, other[:, :4], bits, codes),
        (image, other, bits[:3], codes[:3]),
        (image, other, bits, codes[..., :1]),
    ):
        with pytest.raises(ValueError, match="CodeFigures was given image"):
            figures.add(*wrong)
    with pytest.raises(ValueError, match="no picture yet"):
        figures.result()


def test_frequencies_have_the_entropy_of_their_distribution():
    for number in (1, 2, 8, 512):
        alike = entropy_of_frequencies(np.arange(3 * number) % number)
        assert alike == pytest.approx(math.log2(number), abs=1e-12)
    rare = np.zeros((10, 10), np.int32)
    rare[3, 4] = 9
    wanted = -(0.99 * math.log2(0.99) + 0.01 * math.log2(0.01))
    assert entropy_of_frequencies(rare) == pytest.approx(wanted, rel=1e-12)
