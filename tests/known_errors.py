"""Pictures with holes, and completions whose errors are known."""

import numpy as np

SIDE = 64


def pictures_with_errors(shares, number=2):
    """(truth, mask, views) with holes of these shares of the rows; errors are known."""
    draw = np.random.default_rng(0)
    for i, share in enumerate(shares):
        truth = draw.integers(0, 200, (SIDE, SIDE, 3)).astype(np.uint8)
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[: round(share * SIDE)] = 255
        completed = np.repeat(truth[None], number, axis=0)
        completed[:, mask > 0] += np.uint8(i + 1)
        yield truth, mask, {"completed": completed}
