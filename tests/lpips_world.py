"""Random LPIPS weights, the same on every machine, under the names of its package."""

import numpy as np

_ALEX = {
    "slice1.0": (64, 3, 11),
    "slice2.3": (192, 64, 5),
    "slice3.6": (384, 192, 3),
    "slice4.8": (256, 384, 3),
    "slice5.10": (256, 256, 3),
}
_VGG_CHANNELS = ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)
_VGG_NUMBERS = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))


def _vgg():
    shapes, channels = {}, 3
    for part, (numbers, widths) in enumerate(zip(_VGG_NUMBERS, _VGG_CHANNELS), start=1):
        for number, width in zip(numbers, widths):
            shapes[f"slice{part}.{number}"] = (width, channels, 3)
            channels = width
    return shapes


def tensors(trunk):
    """{name: float32 array} of `lpips.LPIPS(net=trunk).state_dict()`, without `lins`."""
    shapes = {"alex": _ALEX, "vgg": _vgg()}[trunk]
    draw = np.random.default_rng(7)
    found = {
        "scaling_layer.shift": np.array([-0.030, -0.088, -0.188]),
        "scaling_layer.scale": np.array([0.458, 0.448, 0.450]),
    }
    found = {name: x.reshape(1, 3, 1, 1) for name, x in found.items()}
    last = {}
    for name, (filters, channels, size) in shapes.items():
        spread = np.sqrt(2 / (channels * size**2))
        shape = filters, channels, size, size
        found[f"net.{name}.weight"] = spread * draw.standard_normal(shape, np.float32)
        found[f"net.{name}.bias"] = 0.1 * draw.standard_normal(filters, np.float32)
        last[name[:6]] = filters
    for number, filters in enumerate(last.values()):
        head = np.abs(draw.standard_normal((1, filters, 1, 1), np.float32))
        found[f"lin{number}.model.1.weight"] = head
    return {name: x.astype(np.float32) for name, x in found.items()}


def pictures():
    """uint8 [3, 45, 37, 3] twice: odd sides, as strides and pools round."""
    draw = np.random.default_rng(3)
    coarse = draw.integers(0, 256, (2, 3, 9, 8, 3)).astype(np.uint8)
    first, second = np.repeat(np.repeat(coarse, 5, axis=2), 5, axis=3)[:, :, :, :37]
    second[1] = first[1] // 2 + second[1] // 2
    second[2] = first[2]
    return first, second
