"""Diverse image inpainting with a hierarchical VQ-VAE, in TensorFlow 2 / Keras."""

__version__ = "0.2.0"
