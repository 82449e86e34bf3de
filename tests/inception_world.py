"""A small frozen graph with the names and the old operations of the Inception of 2015."""

import numpy as np
import tensorflow as tf

FEATURES, CLASSES = 12, 5


def arrays():
    """Weights by name."""
    draw = np.random.default_rng(0)
    return {
        "kernel": draw.normal(size=(3, 3, 3, FEATURES)).astype("f4") / 5,
        "mean": draw.normal(size=FEATURES).astype("f4"),
        "variance": draw.uniform(0.5, 2, FEATURES).astype("f4"),
        "beta": draw.normal(size=FEATURES).astype("f4"),
        "classes": draw.normal(size=(FEATURES, CLASSES)).astype("f4"),
        "bias": draw.normal(size=CLASSES).astype("f4"),
    }


def graph_def(size=299):
    """The graph. Its version is one in which batch normalisation was an operation."""
    weights, graph = arrays(), tf.Graph()
    v1, raw = tf.compat.v1, tf.raw_ops
    with graph.as_default():
        encoded = v1.placeholder(tf.string, [], "DecodeJpeg/contents")
        decoded = raw.DecodeJpeg(contents=encoded, channels=3, name="DecodeJpeg")
        x = raw.Cast(x=decoded, DstT=tf.float32, name="Cast")
        x = raw.ExpandDims(input=x, axis=0, name="ExpandDims")
        x = raw.ResizeBilinear(images=x, size=[size, size], name="ResizeBilinear")
        x = raw.Mul(x=raw.Sub(x=x, y=128.0, name="Sub"), y=1 / 128, name="Mul")
        x = raw.Conv2D(
            input=x, filter=weights["kernel"], strides=[1, 2, 2, 1], padding="VALID"
        )
        # Of today's version, to be exchanged below.
        scaled = tf.nn.batch_normalization(
            x, weights["mean"], weights["variance"], weights["beta"], None, 1e-3
        )
        x = raw.Relu(features=raw.Identity(input=scaled, name="normal"))
        x = tf.reduce_mean(x, [1, 2], keepdims=True)
        x = raw.Identity(input=x, name="pool_3")
        x = raw.Reshape(tensor=x, shape=[1, FEATURES], name="pool_3/_reshape")
        x = raw.MatMul(a=x, b=weights["classes"], name="softmax/logits/MatMul")
        raw.Softmax(logits=x + weights["bias"], name="softmax")
        for name in ("mean", "variance", "beta"):
            tf.constant(weights[name], name=f"normal_{name}")
        tf.constant(np.ones(FEATURES, "f4"), name="normal_gamma")
    definition = graph.as_graph_def()
    _age(definition)
    return definition


def _age(definition):
    """Makes the normalisation one operation, as in graphs of 2015."""
    nodes = {node.name: node for node in definition.node}
    normal = nodes["normal"]
    convolution = next(node.name for node in definition.node if node.op == "Conv2D")
    del normal.input[:]
    own = [f"normal_{name}" for name in ("mean", "variance", "beta", "gamma")]
    normal.input.extend([convolution, *own])
    normal.op = "BatchNormWithGlobalNormalization"
    normal.attr["variance_epsilon"].f = 1e-3
    normal.attr["scale_after_normalization"].b = False
    definition.versions.producer, definition.versions.min_consumer = 8, 0
    for node in definition.node:  # attributes that are younger
        for name in ("grad_a", "grad_b", "half_pixel_centers", "explicit_paddings"):
            node.attr.pop(name, None)


def write(path, size=299):
    path.write_bytes(graph_def(size).SerializeToString())
    return str(path)


def by_numpy(pictures, size=299):
    """What the graph computes, float64 [B, FEATURES], written once more."""
    weights = {name: array.astype("f8") for name, array in arrays().items()}
    found = []
    for picture in pictures.astype("f8"):
        scaled = _resized(_resized(picture, size, 0), size, 1)
        x = (scaled - 128) / 128
        places = range(0, size - 2, 2)
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (0, 1))
        windows = windows[np.ix_(places, places)]  # [h, w, 3 channels, 3, 3]
        x = np.einsum("hwcij,ijcf->hwf", windows, weights["kernel"])
        x = (x - weights["mean"]) / np.sqrt(weights["variance"] + 1e-3)
        found.append(np.maximum(x + weights["beta"], 0).mean(axis=(0, 1)))
    return np.array(found)


def _resized(picture, size, axis):
    """Linear along an axis, corner on corner, as TensorFlow did in 2015."""
    length = picture.shape[axis]
    place = np.arange(size) * length / size
    low = np.floor(place).astype(int)
    share = place - low
    high = np.minimum(low + 1, length - 1)
    share = share[:, None, None] if axis == 0 else share[None, :, None]
    taken = np.take(picture, low, axis), np.take(picture, high, axis)
    return taken[0] * (1 - share) + taken[1] * share
