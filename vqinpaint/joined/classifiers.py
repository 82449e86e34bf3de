"""Classifiers that somebody else has trained, as scores of pictures."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from vqinpaint.errors import ModelError, first_line
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.joined import saved_graph
from vqinpaint.joined.calls import failures_told

_SIGNATURE = "serving_default"
# Pictures that are scored at once.
_BATCH = 32


def load_classifier(path: str, side: int) -> Callable[[np.ndarray], np.ndarray]:
    """Makes a function that scores pictures by a classifier.

    VQ-VAE-2 keeps those pictures that a classifier is sure of (Razavi et al. 2019,
    section 3.4); there the class is given, here the likeliest class counts.

    Args:
      path: SavedModel folder. It is looked at as every SavedModel is before it is loaded:
        it may compute, and nothing else.
      side: of the pictures.

    Returns:
      A function from uint8 [N, S, S, 3] to float [N], higher for pictures to keep.

    Raises:
      ModelError: nothing usable is there, or its signature is another.
    """
    if not os.path.isdir(path):
        raise ModelError(f"--classifier={path} is not a folder; name a SavedModel.")
    saved_graph.check(path)
    try:
        model = tf.saved_model.load(plain_path(path))
        signature = model.signatures[_SIGNATURE]
        inputs = signature.structured_input_signature[1]
        outputs = signature.structured_outputs
    except Exception as error:  # of many kinds, whatever the damage
        raise ModelError(
            f"--classifier={path} cannot be used ({first_line(error)[:120]}); it must be "
            f"a SavedModel with the signature {_SIGNATURE}."
        ) from None
    if not _fits(inputs, outputs, side):
        shown = [
            ", ".join(
                f"{name} {spec.dtype.name} {spec.shape}" for name, spec in kind.items()
            )
            for kind in (inputs, outputs)
        ]
        raise ModelError(
            f"--classifier={path} takes {shown[0][:120]} and gives {shown[1][:120]}; it "
            f"must take uint8 [batch, {side}, {side}, 3] alone and give float32 [batch, "
            "classes] or [batch] alone."
        )
    (given,), (wanted,) = inputs, outputs

    def score(pictures):
        scores = []
        for i in range(0, len(pictures), _BATCH):
            batch = tf.constant(pictures[i : i + _BATCH])
            with failures_told(f"--classifier={path} cannot score pictures"):
                answer = signature(**{given: batch})[wanted].numpy()
            scores.append(answer.reshape(len(batch), -1).max(axis=1))
        scores = np.concatenate(scores)
        if not np.isfinite(scores).all():
            raise ModelError(
                f"--classifier={path} gives scores that are not finite; it is damaged."
            )
        return scores

    return score


def _fits(inputs, outputs, side):
    if len(inputs) != 1 or len(outputs) != 1:
        return False
    (given,), (wanted,) = inputs.values(), outputs.values()
    takes = given.dtype == tf.uint8 and given.shape.is_compatible_with(
        [None, side, side, 3]
    )
    free = given.shape.rank is None or given.shape[0] is None
    gives = wanted.dtype == tf.float32 and wanted.shape.rank in (1, 2)
    return bool(takes and free and gives)
