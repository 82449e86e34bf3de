"""The three networks joined into one model with uint8 borders, ready for export."""

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.frozen import FrozenNetworks
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete, to_float, to_uint8
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel


class Inpainter(tf.Module):
    """Several completions of a picture with a hole.

    Pictures are uint8 [.., S, S, 3], masks uint8 [.., S, S, 1] with values over 127
    where the picture is missing. Missing pixels are multiplied away before any network.
    Known pixels come back as they were, bit for bit.

    The structure generator's weights are fused, so it cannot be trained any more.

    Args:
      options: `ModelOptions`.
      vqvae: built `stages.vqvae.VQVAE`.
      structure: built `stages.structure.StructureGenerator`.
      generator: built `models.texture.TextureGenerator`.
      num_samples: completions per picture of the batch signatures.
      sampler: name in `sampling.SAMPLERS`.
    """

    def __init__(
        self,
        options,
        vqvae,
        structure,
        generator,
        num_samples=4,
        sampler=sampling.DEFAULT,
    ):
        super().__init__(name="inpainter")
        # How many rows of codes `sample` has begun; others may read it meanwhile.
        self.rows_begun = tf.Variable(0, trainable=False, name="rows_begun")
        self.frozen = FrozenNetworks(vqvae, structure, generator, sampler)
        self.weights = self.frozen.weights()
        self.num_samples = num_samples
        self.image_size = options.image_size
        self.grid_size = options.image_size // 8
        self.codes = options.vqvae.codes
        self._make_functions()

    def _make_functions(self):
        """Fixes the input signatures, which depend on the picture's side."""
        side, grid = self.image_size, self.grid_size
        image = tf.TensorSpec([side, side, 3], tf.uint8, "image")
        mask = tf.TensorSpec([side, side, 1], tf.uint8, "mask")
        images = tf.TensorSpec([None, side, side, 3], tf.uint8, "image")
        masks = tf.TensorSpec([None, side, side, 1], tf.uint8, "mask")
        seeds = tf.TensorSpec([None], tf.int32, "seed")
        temperatures = tf.TensorSpec([None], tf.float32, "temperature")
        noise = tf.TensorSpec([None, grid, grid, self.codes], tf.float32, "noise")

        def function(call, *signature):
            # Nothing here needs AutoGraph.
            return tf.function(call, input_signature=signature, autograph=False)

        self.sample = function(
            self._sample,
            image,
            mask,
            seeds,
            temperatures,
            tf.TensorSpec([], tf.int32, "top_k"),
            tf.TensorSpec([], tf.float32, "top_p"),
        )
        self.inpaint = function(self._inpaint, images, masks, seeds, temperatures)
        self.inpaint_bytes = function(
            self._inpaint_bytes,
            tf.TensorSpec([None], tf.string, "image_bytes"),
            tf.TensorSpec([None], tf.string, "mask_bytes"),
            seeds,
            temperatures,
        )
        self.inpaint_from_noise = function(
            self._inpaint_from_noise,
            tf.TensorSpec([None, side, side, 3], tf.float32, "image"),
            tf.TensorSpec([None, side, side, 1], tf.float32, "mask"),
            noise,
            temperatures,
        )
        self.encode = function(self._encode, images)
        self.reconstruct = function(self._reconstruct, images)
        self.bits = function(self._bits, images, masks)

    def signatures(self):
        """Functions by the names under which a SavedModel serves them."""
        return {
            "serving_default": self.inpaint_bytes,
            "inpaint": self.inpaint,
            "inpaint_from_noise": self.inpaint_from_noise,
            "encode": self.encode,
            "reconstruct": self.reconstruct,
        }

    def fill(self, image, mask, codes):
        """Completes one picture in each structure: codes [N, h, w] -> [N, S, S, 3].

        One at a time, so that a sample's bytes do not depend on its neighbours.
        """
        codebook = self.frozen.encoder.top_codebook

        def one(grid):
            structure = codebook.vectors_of(grid[None])
            return self.frozen.generator(image[None], mask[None], structure)[0]

        spec = tf.TensorSpec(image.shape, tf.float32)
        return tf.map_fn(one, codes, fn_output_signature=spec)

    def _structures(self, codes, shape):
        """Decodes structures alone: int [N, h, w] -> uint8 [N, S, S, 3]."""
        codebook = self.frozen.encoder.top_codebook

        def one(grid):
            vectors = codebook.vectors_of(grid[None])
            return to_uint8(self.frozen.decoder.structure_alone(vectors)[0])

        spec = tf.TensorSpec(shape, tf.uint8)
        return tf.map_fn(one, codes, fn_output_signature=spec)

    def _noise(self, seeds):
        return gumbel(seeds, [self.grid_size, self.grid_size, self.codes])

    def _sample(self, image, mask, seeds, temperatures, top_k, top_p):
        """N completions of one picture, one per seed, with all there is to know.

        Returns:
          dict of `completed` and `structure` uint8 [N, S, S, 3], `codes` int32 [N, h, w],
          `bits` and `entropy` float32 [N, h, w].
        """
        hole = tf.cast(mask > 127, tf.float32)
        seen = to_float(image) * (1 - hole)
        control = Control(temperatures, top_k, top_p)
        choice = self.frozen.draw(
            seen[None],
            hole[None],
            self._noise(seeds),
            control,
            self.rows_begun.assign,
        )
        filling = to_uint8(self.fill(seen, hole, choice.codes))
        return {
            "completed": tf.where(mask > 127, filling, image),
            "structure": self._structures(choice.codes, image.shape),
            "codes": choice.codes,
            "bits": choice.bits,
            "entropy": choice.entropy,
        }

    def _inpaint(self, images, masks, seeds, temperatures):
        """N completions of each picture; sample i of a row takes its seed + i.

        Returns:
          dict of `completed` uint8 [B, N, S, S, 3] and `bits` float32 [B, N], of the
          whole structure.
        """
        number = self.num_samples
        grid = self.grid_size

        def row(arguments):
            image, mask, seed, temperature = arguments
            hole = tf.cast(mask > 127, tf.float32)
            seen = to_float(image) * (1 - hole)
            noise = self._noise(seed + tf.range(number))
            control = _plain(tf.repeat(temperature[None], number))
            choice = self.frozen.draw(seen[None], hole[None], noise, control)
            filling = to_uint8(self.fill(seen, hole, choice.codes))
            bits = tf.ensure_shape(choice.bits, [number, grid, grid])
            return tf.where(mask > 127, filling, image), tf.reduce_sum(bits, [1, 2])

        side = self.image_size
        completed, bits = tf.map_fn(
            row,
            (images, masks, seeds, temperatures),
            fn_output_signature=(
                tf.TensorSpec([number, side, side, 3], tf.uint8),
                tf.TensorSpec([number], tf.float32),
            ),
        )
        return {"completed": completed, "bits": bits}

    def _inpaint_bytes(self, image_bytes, mask_bytes, seeds, temperatures):
        """As `_inpaint`, from and to encoded pictures of the model's size.

        Returns:
          dict of `completed_bytes` string [B, N], PNG, and `bits` float32 [B, N].
        """
        side = self.image_size

        def decode(encoded, channels):
            def one(data):
                picture = tf.io.decode_image(data, channels, expand_animations=False)
                return tf.ensure_shape(picture, [side, side, channels])

            spec = tf.TensorSpec([side, side, channels], tf.uint8)
            return tf.map_fn(one, encoded, fn_output_signature=spec)

        result = self._inpaint(
            decode(image_bytes, 3), decode(mask_bytes, 1), seeds, temperatures
        )
        flat = tf.reshape(result["completed"], [-1, side, side, 3])
        encoded = tf.map_fn(tf.io.encode_png, flat, fn_output_signature=tf.string)
        return {
            "completed_bytes": tf.reshape(encoded, [-1, self.num_samples]),
            "bits": result["bits"],
        }

    def _inpaint_from_noise(self, images, masks, noise, temperatures):
        """One completion per row, float32 in [-1, 1], from given noise; no random op.

        Returns:
          dict of `completed` float32 [B, S, S, 3], `codes` int32 [B, h, w] and `bits`
          float32 [B].
        """
        seen = images * (1 - masks)
        choice = self.frozen.draw(seen, masks, noise, _plain(temperatures))
        codebook = self.frozen.encoder.top_codebook
        structure = codebook.vectors_of(choice.codes)
        filling = self.frozen.generator(seen, masks, structure)
        return {
            "completed": complete(seen, masks, filling),
            "codes": choice.codes,
            "bits": tf.reduce_sum(choice.bits, [1, 2]),
        }

    def _encode(self, images):
        """Codes of whole pictures: `top` int32 [B, h, w], `bottom` int32 [B, 2h, 2w]."""
        encoded = self.frozen.encoder(to_float(images))
        return {"top": encoded.top.indices, "bottom": encoded.bottom.indices}

    def _reconstruct(self, images):
        """Pictures through the VQ-VAE: whole, and from their structure alone."""
        encoded = self.frozen.encoder(to_float(images))
        decoder = self.frozen.decoder
        whole = decoder(encoded.top.vectors, encoded.bottom.vectors)
        alone = decoder.structure_alone(encoded.top.vectors)
        return {"reconstruction": to_uint8(whole), "structure": to_uint8(alone)}

    def _bits(self, images, masks):
        """Bits of each true structure code given the known pixels: float32 [B, h, w]."""
        images, holes = to_float(images), tf.cast(masks > 127, tf.float32)
        top = self.frozen.encoder(images).top
        condition = self.frozen.condition(images * (1 - holes), holes)
        return losses.bits(self.frozen.prior(top.vectors, condition), top.indices)


def _plain(temperatures):
    """Temperature alone: no top-k, no top-p."""
    return Control(temperatures, tf.constant(0), tf.constant(1.0))
