"""Readers of networks for figures, and of features that were kept."""

import functools
import pathlib
import tempfile

import numpy as np

from tests import inception_world
from tests.fuzzing.target import Target, as_file
from vqinpaint.features.caching import CachedFeatures
from vqinpaint.features.inception import Inception


@functools.cache
def _graphs():
    return (inception_world.graph_def(size=9).SerializeToString(),)


def _pictures():
    return np.random.default_rng(0).integers(0, 256, (3, 4, 4, 3)).astype(np.uint8)


def _network(pictures):
    return pictures.reshape(len(pictures), -1)[:, :5].astype(np.float32)


def _kept():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "features.npy"
        cached = CachedFeatures(_network, str(path))
        cached(_pictures())
        cached.save()
        return [path.read_bytes()]


def _read_graph(path):
    assert Inception(path)(_pictures()).shape[0] == 3


def _read_kept(path):
    cached = CachedFeatures(lambda pictures: np.zeros([len(pictures), 5], "f4"), path)
    assert len(cached(_pictures())) == 3


TARGETS = (
    Target("frozen graphs", _graphs, as_file(_read_graph, "graph.pb"), weight=0.2),
    Target("kept features", _kept, as_file(_read_kept, "features.npy"), weight=0.5),
)
