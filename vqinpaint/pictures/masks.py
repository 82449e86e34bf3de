"""What a mask says, in the one place where that is decided."""

# Masks are uint8; larger values than this mean that the pixel is missing.
THRESHOLD = 127


def is_missing(mask):
    """Where a mask marks pixels as missing.

    Args:
      mask: uint8 array or tensor of any shape, white (over 127) where missing.

    Returns:
      bool of the same shape and kind: a NumPy array or a TensorFlow tensor.
    """
    return mask > THRESHOLD
