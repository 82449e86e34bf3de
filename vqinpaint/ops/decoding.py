"""Pictures out of bytes inside a graph, where damaged bytes must not stop the graph."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.ops import gif
from vqinpaint.options.reading import MOST_SCANS

# A larger picture takes too long to answer within a server's usual 30 seconds.
MOST_PIXELS = 1 << 24
# A longer side takes gigabytes to shrink, however short the other one is.
LONGEST_SIDE = 1 << 14
# Segments of a JPEG that are looked at; pictures have some tens, and a scan is one.
_MOST_MARKERS = 10_000

_DAMAGED, _GOOD, _LARGE, _UNKNOWN = range(4)


def decode(**files: tf.Tensor) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """Decodes encoded pictures; says which of them cannot be decoded instead of failing.

    Reads PNG, JPEG, BMP (of 24 or 32 bits, or 8 bits of grey) and the first picture of a
    GIF. JPEG is decoded exactly as by Pillow. EXIF orientation is ignored.

    Args:
      files: string [] each, a file's bytes, by the name to call it by.

    Returns:
      (pictures uint8 [H, W, 3] by name, [0, 0, 3] where a file cannot be decoded; string
      [], which files cannot and why, empty if all can).
    """
    pictures, faults = {}, []
    for name, data in files.items():
        nothing = _DAMAGED, tf.zeros([2], tf.int64), tf.zeros([0, 0, 3], tf.uint8)
        status, size, picture = _attempt(_decode, data, nothing)
        pictures[name] = tf.ensure_shape(picture, [None, None, 3])
        faults.append(_fault(name, data, status, size))
    return pictures, tf.strings.reduce_join(faults)


def _attempt(call, data, otherwise):
    """`call(data)`, or `otherwise` where that fails.

    An operation that fails stops the whole graph, except in a data set, which can leave
    out the elements that fail. So what follows in the data set takes their place.

    Args:
      call: function of a tensor.
      data: tensor.
      otherwise: nested tensors of the types and ranks that `call` gives.
    """
    dataset = tf.data.Dataset.from_tensors(data).map(call).ignore_errors()
    spec = dataset.element_spec
    otherwise = tf.data.Dataset.from_tensors(otherwise)
    dataset = dataset.concatenate(otherwise).take(1)
    options = tf.data.Options()
    # To tune a pipeline of one element would take longer than to run it.
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    found = dataset.with_options(options).get_single_element()
    return tf.nest.map_structure(lambda x, s: tf.ensure_shape(x, s.shape), found, spec)


def _fault(name, data, status, size):
    """What is wrong with a file, string []: nothing, or a sentence and a space."""
    number = tf.strings.as_string(tf.strings.length(data))
    sides = tf.strings.reduce_join(tf.strings.as_string(size), separator=" x ")
    texts = {
        _DAMAGED: f"{name} is damaged or of a kind that cannot be decoded. ",
        _GOOD: "",
        _LARGE: tf.strings.join(
            [
                f"{name} has ",
                sides,
                f" pixels; send at most {MOST_PIXELS}, and {LONGEST_SIDE} on a side. ",
            ]
        ),
        _UNKNOWN: tf.strings.join(
            [name, " (", number, " bytes) is no PNG, JPEG, BMP or GIF. "]
        ),
    }
    return tf.gather(tf.stack([texts[key] for key in sorted(texts)]), status)


def _decode(data):
    """(status, width and height int64 [2], picture uint8 [H, W, 3]); fails if damaged."""
    kinds = {b"\x89PNG": _png, b"\xff\xd8\xff": _jpeg, b"BM": _bmp, b"GIF8": _gif}
    result = _UNKNOWN, tf.zeros([2], tf.int64), tf.zeros([0, 0, 3], tf.uint8)
    for magic, kind in kinds.items():
        result = tf.cond(
            tf.strings.substr(data, 0, len(magic)) == magic,
            lambda kind=kind: _if_small(*kind(data)),
            lambda result=result: result,
        )
    return result


def _if_small(size, picture):
    # As floats: the product of two sides of 32 bits may be more than 64.
    pixels = tf.reduce_prod(tf.cast(size, tf.float64))
    with _require(pixels > 0):
        small = (pixels <= MOST_PIXELS) & (tf.reduce_max(size) <= LONGEST_SIDE)
    return tf.cond(
        small,
        lambda: (_GOOD, size, tf.ensure_shape(picture(), [None, None, 3])),
        lambda: (_LARGE, size, tf.zeros([0, 0, 3], tf.uint8)),
    )


def _require(condition):
    """Fails unless the condition holds, before what is made inside this context."""
    return tf.control_dependencies([tf.debugging.Assert(condition, ["damaged"])])


def _number(data, begin, length, big_endian=False):
    """The unsigned integer of so many bytes at a place of a file, int64 []."""
    parts = tf.io.decode_raw(tf.strings.substr(data, begin, length), tf.uint8)
    parts = tf.ensure_shape(tf.cast(parts, tf.int64), [length])
    powers = [256**i for i in range(length)]
    return tf.reduce_sum(parts * (powers[::-1] if big_endian else powers))


# Of each kind: (width and height that the file claims, int64 [2]; function that decodes).


def _png(data):
    size = tf.stack([_number(data, begin, 4, big_endian=True) for begin in (16, 20)])
    kind = _number(data, 25, 1)
    transparent = (kind == 4) | (kind == 6) | _holds(data, b"tRNS")
    return size, lambda: tf.cond(
        transparent,
        lambda: _over_white(tf.io.decode_png(data, 4)),
        # With a fourth channel TensorFlow takes the white of 1-bit grey for 254.
        lambda: tf.io.decode_png(data, 3),
    )


def _holds(data, text):
    """Whether bytes stand anywhere in a file."""
    codes = tf.io.decode_raw(data, tf.uint8)
    number = tf.maximum(tf.size(codes) - len(text) + 1, 0)
    found = [codes[i : i + number] == code for i, code in enumerate(text)]
    return tf.reduce_any(tf.reduce_all(tf.stack(found), axis=0))


def _over_white(picture):
    """uint8 [H, W, 4] as it looks on white paper, with the rounding of Pillow's `paste`."""
    colours, alpha = picture[..., :3], picture[..., 3:]

    def blended():
        weight, white = tf.cast(alpha, tf.uint16), tf.constant(255, tf.uint16)
        sums = tf.cast(colours, tf.uint16) * weight + white * (white - weight) + 128
        sums += tf.bitwise.right_shift(sums, tf.constant(8, tf.uint16))
        return tf.cast(
            tf.bitwise.right_shift(sums, tf.constant(8, tf.uint16)), tf.uint8
        )

    return tf.cond(tf.reduce_all(alpha == 255), lambda: colours, blended)


def _jpeg(data):
    size = tf.io.extract_jpeg_shape(data)[1::-1]
    with _require(_scans(data) <= MOST_SCANS):
        size = tf.cast(size, tf.int64)
    return size, lambda: tf.io.decode_jpeg(data, 3, dct_method="INTEGER_ACCURATE")


def _scans(data):
    """Number of scans of a JPEG, int32 [], as `pictures.decoding` counts them.

    What follows the picture, such as the video of a moving photograph, is not counted. A
    file of more markers than any picture has is taken to have too many scans.
    """
    codes = tf.cast(tf.io.decode_raw(data, tf.uint8), tf.int32)
    codes = tf.pad(codes, [[0, 2]])  # the length of a last segment that is cut off
    kinds = codes[1:]
    between = (kinds == 0) | (kinds == 0xFF) | ((kinds >= 0xD0) & (kinds <= 0xD7))
    is_marker = (codes[:-1] == 0xFF) & ~between
    markers = tf.reshape(tf.where(is_marker), [-1])
    number, end = tf.size(markers), tf.size(codes, tf.int64) - 1
    before = tf.pad(tf.cumsum(tf.cast(is_marker, tf.int32)), [[1, 0]])

    def pass_segment(index, found):
        place = markers[index]
        kind = kinds[place]
        # In a scan decoders pass over markers that cannot be; they have no length.
        length = tf.where(
            (kind >= 0xC0) & (kind != 0xD8),
            codes[place + 2] * 256 + codes[place + 3],
            0,
        )
        after = tf.minimum(place + 2 + tf.cast(length, tf.int64), end)
        found += tf.cast(kind == 0xDA, tf.int32)
        return tf.where(kind == 0xD9, number, before[after]), found

    index, found = tf.while_loop(
        lambda index, _: index < number,
        pass_segment,
        (tf.constant(0), tf.constant(0)),
        maximum_iterations=_MOST_MARKERS,
    )
    return tf.where(index < number, MOST_SCANS + 1, found)


def _gif(data):
    first, size = gif.first_picture(data)
    return size, lambda: tf.io.decode_image(first, 3, expand_animations=False)


def _bmp(data):
    width, height = (_number(data, begin, 4) for begin in (18, 22))
    # TensorFlow would take compressed bytes for pixels.
    with _require(_number(data, 30, 4) == 0):
        # A negative height, of 32 bits, says that the first row is on top.
        size = tf.stack([width, tf.minimum(height, 2**32 - height)])
    return size, lambda: _decode_bmp(data)


def _decode_bmp(data):
    """Any number of channels to three: grey is repeated, a fourth one is dropped."""
    picture = tf.io.decode_bmp(data)
    height, width, channels = tf.unstack(tf.shape(picture))

    def greys():
        begin = tf.cast(14 + _number(data, 14, 4), tf.int32)
        palette = tf.io.decode_raw(tf.strings.substr(data, begin, 1024), tf.uint8)
        wanted = tf.range(256)[:, None]
        found = tf.cast(tf.reshape(palette, [256, 4])[:, :3], tf.int32)
        return tf.reduce_all(found == wanted)

    # TensorFlow looks at no palette.
    with _require(tf.cond(channels > 1, lambda: True, greys)):
        return tf.broadcast_to(picture[..., :3], [height, width, 3])


def to_grey(picture: tf.Tensor) -> tf.Tensor:
    """The brightness of a picture, by the weights and the rounding of Pillow's mode L.

    Args:
      picture: uint8 [H, W, 3].

    Returns:
      uint8 [H, W, 1].
    """
    red, green, blue = (
        tf.cast(picture[..., i : i + 1], tf.int32) * weight
        for i, weight in enumerate((19595, 38470, 7471))
    )
    return tf.cast((red + green + blue + 0x8000) // 0x10000, tf.uint8)
