"""Filling without a model: Telea and Navier-Stokes of OpenCV, biharmonic of scikit-image."""

import numpy as np

from vqinpaint.errors import UsageError
from vqinpaint.pictures.masks import is_missing

_RADIUS = 3  # pixels around one that OpenCV looks at, as in its own example


def fillings():
    """{name: function of (image uint8 [S, S, 3], mask uint8 [S, S]) to the filled image}.

    Raises:
      UsageError: a library is missing.
    """
    try:
        import cv2
        from skimage.restoration import inpaint_biharmonic
    except ImportError as error:
        raise UsageError(
            f"the table of errors needs {error.name}; install the extra 'dev' (opencv-"
            "python-headless and scikit-image), or give --noclassical."
        ) from None

    def by_opencv(method):
        return lambda image, mask: cv2.inpaint(image, mask, _RADIUS, method)

    def biharmonic(image, mask):
        filled = inpaint_biharmonic(image / 255, is_missing(mask), channel_axis=-1)
        return np.rint(np.clip(filled, 0, 1) * 255).astype(np.uint8)

    return {
        "Telea": by_opencv(cv2.INPAINT_TELEA),
        "Navier-Stokes": by_opencv(cv2.INPAINT_NS),
        "biharmonic": biharmonic,
    }
