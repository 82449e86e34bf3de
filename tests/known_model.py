"""A SavedModel whose every answer is known."""

import json

import tensorflow as tf

from tests import tiny

SIDE = 64


def _function(*signature):
    specs = [tf.TensorSpec(shape, dtype) for dtype, *shape in signature]
    return tf.function(input_signature=specs, autograph=False)


class Known(tf.Module):
    """Answers by arithmetic; the red of a picture's first pixel is its number i.

    Completions are off by 2 (seed + 1) + 10 temperature + i in the hole, structures by
    5 (seed + 1), reconstructions by i. A code costs i bits more than its place in
    the grid, and the missing share. Picture i has code i // 2 everywhere.
    """

    def __init__(self):
        super().__init__()
        self.rows_begun, self.weights = tf.Variable(0), []

    @_function(
        (tf.uint8, SIDE, SIDE, 3),
        (tf.uint8, SIDE, SIDE, 1),
        (tf.int32, None),
        (tf.float32, None),
        (tf.int32,),
        (tf.float32,),
    )
    def sample(self, image, mask, seeds, temperatures, top_k, top_p):
        seen = tf.cast(image, tf.float32)
        steps = tf.cast(seeds + 1, tf.float32)
        off = 2 * steps + 10 * temperatures + seen[0, 0, 0]
        # Nobody asked for other limits.
        off += 100 * (tf.cast(top_k, tf.float32) + 1 - top_p)
        hole = tf.cast(mask > 127, tf.float32)
        completed = seen + hole * off[:, None, None, None]
        structure = seen + 5 * steps[:, None, None, None]
        grid = tf.zeros([tf.shape(seeds)[0], 8, 8])
        return {
            "completed": tf.cast(completed, tf.uint8),
            "structure": tf.cast(structure, tf.uint8),
            "codes": tf.cast(grid, tf.int32),
            "bits": grid,
            "entropy": grid,
        }

    @_function((tf.uint8, None, SIDE, SIDE, 3))
    def reconstruct(self, images):
        return {"reconstruction": images + images[:, :1, :1, :1]}

    @_function((tf.uint8, None, SIDE, SIDE, 3), (tf.uint8, None, SIDE, SIDE, 1))
    def bits(self, images, masks):
        number = tf.cast(images[:, 0, 0, 0], tf.float32)[:, None, None]
        missing = tf.reduce_mean(tf.cast(masks > 127, tf.float32), axis=[1, 2])
        places = tf.reshape(tf.range(64.0), [1, 8, 8])
        return number + places + missing[..., None]

    @_function((tf.uint8, None, SIDE, SIDE, 3))
    def encode(self, images):
        codes = tf.cast(images[:, 0, 0, 0] // 2, tf.int32)
        return {"top": codes[:, None, None] + tf.zeros([1, 8, 8], tf.int32)}


def save(folder):
    """Writes the model, as an export would be, into a new folder."""
    tf.saved_model.save(Known(), str(folder))
    facts = {"model": tiny.OPTIONS.to_dict(), "sampler": "naive"}
    (folder / "options.json").write_text(json.dumps(facts))
