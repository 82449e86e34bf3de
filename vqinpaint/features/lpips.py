"""LPIPS, a perceptual distance between pictures, on AlexNet or VGG16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from vqinpaint.environment.keras2 import keras
from vqinpaint.errors import ModelError
from vqinpaint.files import digests
from vqinpaint.files.torch_files import read_tensors

_SMALLEST = 32  # pixels of a side; AlexNet's last features would have none


class _Conv(NamedTuple):
    """A convolution and ReLU."""

    name: str
    filters: int
    size: int = 3
    stride: int = 1
    padding: int = 1


class _Pool(NamedTuple):
    """A maximum over windows, every second one."""

    size: int


_ALEXNET = (
    (_Conv("slice1.0", 64, 11, 4, 2),),
    (_Pool(3), _Conv("slice2.3", 192, 5, 1, 2)),
    (_Pool(3), _Conv("slice3.6", 384)),
    (_Conv("slice4.8", 256),),
    (_Conv("slice5.10", 256),),
)
_VGG16 = (
    (_Conv("slice1.0", 64), _Conv("slice1.2", 64)),
    (_Pool(2), _Conv("slice2.5", 128), _Conv("slice2.7", 128)),
    (_Pool(2), *(_Conv(f"slice3.{i}", 256) for i in (10, 12, 14))),
    (_Pool(2), *(_Conv(f"slice4.{i}", 512) for i in (17, 19, 21))),
    (_Pool(2), *(_Conv(f"slice5.{i}", 512) for i in (24, 26, 28))),
)
_TRUNKS = {"alex": _ALEXNET, "vgg": _VGG16}


class Lpips:
    """Distance of Zhang et al. 2018, version 0.1 of its weights.

    "The unreasonable effectiveness of deep features as a perceptual metric", eq. 1:
    features of five layers, each of length 1 at each place; squared differences, weighted
    by channel, mean over places, sum over layers. Equal to the authors' package `lpips`
    (see tests/goldens/lpips.json) for the same weights.

    Args:
      tensors: by name, as `lpips.LPIPS(net="alex").state_dict()` or `net="vgg"` has them.
      name: what to call them in messages.

    Attributes:
      trunk: "alex" or "vgg".

    Raises:
      ModelError: a tensor is missing or has another shape.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], name: str = "lpips") -> None:
        self.trunk = _trunk_of(tensors, name)
        self._model = _model(_TRUNKS[self.trunk])
        _fill(self._model, _TRUNKS[self.trunk], tensors, name)

    def __call__(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Distances of pictures, row by row.

        Args:
          first: uint8 [B, H, W, 3], sides of at least 32.
          second: uint8 [B, H, W, 3].

        Returns:
          float32 [B], 0 for equal pictures.

        Raises:
          ValueError: the pictures are smaller, or differ in shape.
        """
        shape = np.shape(first)
        if shape != np.shape(second) or min(shape[1:3]) < _SMALLEST:
            raise ValueError(
                f"LPIPS was given {list(shape)} and {list(np.shape(second))}; give it "
                f"[B, H, W, 3] twice, sides of at least {_SMALLEST}."
            )
        pair = [np.asarray(x, np.float32) / 127.5 - 1 for x in (first, second)]
        return self._model(pair, training=False).numpy()


def load_lpips(path: str) -> tuple[Lpips, str]:
    """LPIPS from a file that `torch.save` made of the package's state dict.

    Returns:
      (distance, SHA-256 of the file).

    Raises:
      ModelError: see `torch_files.read_tensors` and `Lpips`.
    """
    # Heads stand in the dict twice.
    tensors = read_tensors(path, wanted=lambda name: not name.startswith("lins."))
    return Lpips(tensors, path), digests.of_file(path)


def _trunk_of(tensors, name):
    first = tensors.get("net.slice1.0.weight")
    sizes = {11: "alex", 3: "vgg"}
    trunk = sizes.get(first.shape[-1]) if first is not None else None
    if trunk is None or "lin5.model.1.weight" in tensors:  # SqueezeNet has seven heads
        raise ModelError(
            f"{name} holds no LPIPS on AlexNet or VGG16; save lpips.LPIPS(net='alex')"
            ".state_dict() by torch.save."
        )
    return trunk


def _features(trunk):
    """A model from a picture in the trunk's range to five maps of features."""
    x = picture = keras.Input([None, None, 3])
    found = []
    for part in trunk:
        for step in part:
            # PyTorch pads both sides alike, which "same" padding does not at strides.
            if isinstance(step, _Pool):
                x = keras.layers.MaxPool2D(step.size, 2)(x)
                continue
            x = keras.layers.ZeroPadding2D(step.padding)(x)
            x = keras.layers.Conv2D(
                *(step.filters, step.size, step.stride),
                activation="relu",
                name=step.name,
            )(x)
        found.append(x)
    return keras.Model(picture, found, name="trunk")


class _Scale(keras.layers.Layer):
    """Brings pictures in [-1, 1] into the trunk's range."""

    def build(self, input_shape):
        self.shift = self.add_weight("shift", [3], trainable=False)
        self.scale = self.add_weight("scale", [3], trainable=False)

    def call(self, inputs):
        return (inputs - self.shift) / self.scale


class _Head(keras.layers.Layer):
    """Weighted squared difference of two maps of features: [B, h, w, C] twice -> [B]."""

    def build(self, input_shape):
        channels = input_shape[0][-1]
        self.kernel = self.add_weight("kernel", [channels], trainable=False)

    def call(self, inputs):
        first, second = map(_unit, inputs)
        different = keras.backend.square(first - second) * self.kernel
        return keras.backend.mean(keras.backend.sum(different, -1), [1, 2])


def _unit(features):
    squares = keras.backend.sum(keras.backend.square(features), -1, keepdims=True)
    return features / (keras.backend.sqrt(squares) + 1e-10)


def _model(trunk):
    """From two pictures in [-1, 1], [B, H, W, 3] each, to their distance, [B]."""
    pair = [keras.Input([None, None, 3]) for _ in range(2)]
    scale, features = _Scale(name="scaling"), _features(trunk)
    maps = [features(scale(picture)) for picture in pair]
    parts = [_Head(name=f"lin{i}")(both) for i, both in enumerate(zip(*maps))]
    return keras.Model(pair, keras.layers.Add()(parts))


def _fill(model, trunk, tensors, name):
    """Gives a model the weights of the package's names."""

    def tensor(key, *shape):
        found = tensors.get(key)
        if found is None or found.shape != shape:
            came = (
                "is missing" if found is None else f"has the shape {list(found.shape)}"
            )
            raise ModelError(f"{name}: {key} {came}; LPIPS needs {list(shape)}.")
        return np.asarray(found, np.float32)

    layers, channels = model.get_layer("trunk"), 3
    for number, part in enumerate(trunk):
        for step in (step for step in part if isinstance(step, _Conv)):
            begin = f"net.{step.name}"
            kernel = tensor(
                f"{begin}.weight", step.filters, channels, step.size, step.size
            )
            bias = tensor(f"{begin}.bias", step.filters)
            layers.get_layer(step.name).set_weights(
                [kernel.transpose(2, 3, 1, 0), bias]
            )
            channels = step.filters
        head = tensor(f"lin{number}.model.1.weight", 1, channels, 1, 1)
        model.get_layer(f"lin{number}").set_weights([head.reshape(-1)])
    scaling = [tensor(f"scaling_layer.{x}", 1, 3, 1, 1) for x in ("shift", "scale")]
    model.get_layer("scaling").set_weights([x.reshape(-1) for x in scaling])
