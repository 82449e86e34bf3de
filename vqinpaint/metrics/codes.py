"""What a hierarchical VQ-VAE and its prior say of whole pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vqinpaint.metrics.base import Rows


def entropy_of_frequencies(codes: np.ndarray) -> float:
    """Entropy in bits of how often each code is used.

    What a code costs a reader who knows the frequencies and nothing else. 2 to its power
    is the perplexity: K when K codes are used alike, 1 when one is used alone.

    Args:
      codes: int of any shape, from 0.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.codes import entropy_of_frequencies
      >>> entropy_of_frequencies(np.array([7, 7, 3, 5]))
      1.5
    """
    counts = np.bincount(np.ravel(codes))
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


class CodeFigures(Rows):
    """Error of a VQ-VAE and cost of its codes under the prior.

    No `Metric`, as nothing is completed: it takes what a model answered about batches of
    whole pictures. The figures are means over pictures, so that batches of unequal size
    do not count unequally:

    - `vqvae_mse`: mean squared error of the reconstruction, on [-1, 1];
    - `bits_per_code`: bits of a top code under the prior given the known pixels;
    - `marginal_bits`: entropy of the frequencies of all pictures' top codes, which
      `bits_per_code` must undercut for the prior to know anything;
    - `perplexity_top`: 2 to the power of `marginal_bits`, how many codes are in use.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import CodeFigures
      >>> figures = CodeFigures()
      >>> image = np.zeros((1, 8, 8, 3), np.uint8)
      >>> bits, codes = np.full((1, 2, 2), 1.25), np.array([[[0, 1], [1, 0]]])
      >>> figures.add(image, image, bits, codes)
      >>> for name, value in figures.result().items():
      ...     print(name, value)
      vqvae_mse 0.0
      bits_per_code 1.25
      marginal_bits 1.0
      perplexity_top 2.0
    """

    def add(
        self,
        image: np.ndarray,
        reconstruction: np.ndarray,
        bits: np.ndarray,
        codes: np.ndarray,
    ) -> None:
        """Takes in a batch of pictures.

        Args:
          image: uint8 [B, H, W, 3].
          reconstruction: uint8 [B, H, W, 3], the VQ-VAE's.
          bits: float [B, h, w], of the true top codes under the prior.
          codes: int [B, h, w], the top codes, from 0.

        Raises:
          ValueError: the shapes do not fit each other.
        """
        image, reconstruction, bits, codes = (
            np.asarray(array) for array in (image, reconstruction, bits, codes)
        )
        fits = (
            image.ndim == 4
            and bits.ndim == 3
            and image.shape == reconstruction.shape
            and bits.shape == codes.shape
            and len(image) == len(bits)
        )
        if not fits:
            raise ValueError(
                f"CodeFigures was given image {list(image.shape)}, reconstruction "
                f"{list(reconstruction.shape)}, bits {list(bits.shape)} and codes "
                f"{list(codes.shape)}; give it [B, H, W, 3] twice and [B, h, w] twice."
            )
        difference = (image.astype(np.float64) - reconstruction) / 127.5
        errors = np.square(difference).mean(axis=(1, 2, 3))
        # Codes are all that is large here; most codebooks need two bytes a code.
        codes = codes.astype(np.min_scalar_type(codes.max(initial=0)))
        for error, cost, grid in zip(errors, bits.mean(axis=(1, 2), dtype="d"), codes):
            self.keep(vqvae_mse=error, bits_per_code=cost, codes=grid)

    def summarise(self, values: Mapping[str, np.ndarray]) -> dict[str, float]:
        """See `base.Rows.summarise`."""
        entropy = entropy_of_frequencies(values["codes"])
        return {
            "vqvae_mse": float(np.mean(values["vqvae_mse"])),
            "bits_per_code": float(np.mean(values["bits_per_code"])),
            "marginal_bits": entropy,
            "perplexity_top": 2**entropy,
        }
