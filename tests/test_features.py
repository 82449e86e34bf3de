"""Inception's frozen graph, LPIPS, and features that are kept."""

import json
import pathlib

import numpy as np
import pytest

from tests import inception_world, lpips_world, torch_world
from vqinpaint.errors import DataError, ModelError
from vqinpaint.features.caching import CachedFeatures
from vqinpaint.features.frozen_graph import read_graph
from vqinpaint.features.inception import Inception
from vqinpaint.features.lpips import Lpips, load_lpips

GOLDENS = pathlib.Path(__file__).parent / "goldens"
# Sums of float32 in another order.
ROUNDING = {"rtol": 2e-4, "atol": 1e-5}


def _pictures(count, height=20, width=31, seed=0):
    shape = count, height, width, 3
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


@pytest.fixture(scope="module")
def inception(tmp_path_factory):
    path = tmp_path_factory.mktemp("inception") / "graph.pb"
    return Inception(inception_world.write(path))


def test_features_are_what_the_graph_computes_down_to_its_scaling(inception):
    pictures = _pictures(2)
    np.testing.assert_allclose(
        inception(pictures), inception_world.by_numpy(pictures), **ROUNDING
    )
    np.testing.assert_array_equal(
        inception.class_weights, inception_world.arrays()["classes"]
    )


def test_features_depend_on_neither_batch_nor_order(inception):
    pictures = _pictures(5)
    whole = inception(pictures)
    np.testing.assert_allclose(inception(pictures[::-1])[::-1], whole, rtol=1e-5)
    single = np.concatenate([inception(picture[None]) for picture in pictures])
    np.testing.assert_allclose(single, whole, rtol=1e-5)


def _changed(tmp_path, change):
    definition = inception_world.graph_def(size=9)
    change(definition)
    path = tmp_path / "graph.pb"
    path.write_bytes(definition.SerializeToString())
    return str(path)


def test_looking_at_a_graph_leaves_it_as_it_is(tmp_path):
    path = inception_world.write(tmp_path / "graph.pb", size=9)
    assert read_graph(path, ("pool_3",)) == inception_world.graph_def(size=9)


def _enlarge(definition):
    constant = next(n for n in definition.node if n.op == "Const")
    constant.attr["value"].tensor.tensor_shape.dim.add(size=1 << 40)


def _rename(definition):
    next(n for n in definition.node if n.name == "pool_3").name = "pool"


def _write_a_file(definition):
    definition.node.add(name="w", op="WriteFile").input.extend(["a", "b"])


def _call_python(definition):
    definition.node.add(name="p", op="PyFunc")


def _define(definition):
    definition.library.function.add().signature.name = "Relu"


def _unwire(definition):
    next(n for n in definition.node if n.name == "pool_3").input[0] = "nowhere"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_rename, "no node pool_3"),
        (_write_a_file, "WriteFile"),
        (_call_python, "PyFunc"),
        (_define, "a function"),
        (_unwire, "cannot be run"),
        (_enlarge, "holds a constant of"),
    ],
)
def test_other_graphs_are_refused_in_one_line(tmp_path, change, words):
    with pytest.raises(ModelError, match=words) as caught:
        Inception(_changed(tmp_path, change))
    assert "\n" not in str(caught.value)


def test_files_that_are_no_graph_are_refused(tmp_path):
    path = tmp_path / "graph.pb"
    with pytest.raises(ModelError, match="does not exist"):
        Inception(str(path))
    path.write_bytes(b"no graph")
    with pytest.raises(ModelError, match="no graph of TensorFlow"):
        Inception(str(path))


@pytest.mark.parametrize("trunk", ["alex", "vgg"])
def test_lpips_equals_the_reference_package(tmp_path, trunk):
    tensors = lpips_world.tensors(trunk)
    if trunk == "alex":
        path = tmp_path / "alex.pth"
        value = {name: torch_world.tensor(array) for name, array in tensors.items()}
        value["lins.0.model.1.weight"] = value["lin0.model.1.weight"]
        path.write_bytes(torch_world.zipped(value))
        distance, _ = load_lpips(str(path))
    else:
        distance = Lpips(tensors)
    assert distance.trunk == trunk
    wanted = json.loads((GOLDENS / "lpips.json").read_text())[trunk]
    np.testing.assert_allclose(distance(*lpips_world.pictures()), wanted, **ROUNDING)


@pytest.fixture(scope="module")
def alex():
    return lpips_world.tensors("alex")


def test_lpips_depends_on_neither_batch_nor_order(alex):
    distance, (first, second) = Lpips(alex), lpips_world.pictures()
    whole = distance(first, second)
    np.testing.assert_allclose(distance(second, first), whole, rtol=1e-4)
    single = [distance(a[None], b[None])[0] for a, b in zip(first, second)]
    np.testing.assert_allclose(single, whole, rtol=1e-4, atol=1e-6)


def test_weights_that_do_not_fit_are_refused(alex):
    cases = (
        ({"net.slice2.3.weight": None}, "slice2.3.weight is missing"),
        ({"lin4.model.1.weight": np.ones((1, 9, 1, 1))}, r"shape \[1, 9, 1, 1\]"),
        ({"net.slice1.0.weight": None}, "no LPIPS"),
        ({"lin5.model.1.weight": np.ones(1)}, "no LPIPS"),
    )
    for change, words in cases:
        tensors = {name: x for name, x in {**alex, **change}.items() if x is not None}
        with pytest.raises(ModelError, match=words):
            Lpips(tensors)


def test_small_and_unequal_pictures_are_refused(alex):
    distance = Lpips(alex)
    for first, second in (
        (_pictures(1, 31, 40),) * 2,
        (_pictures(1, 40, 40), _pictures(2)),
    ):
        with pytest.raises(ValueError, match="give it"):
            distance(first, second)


class _Counting:
    """A network that notes what it was given."""

    def __init__(self):
        self.given = 0

    def __call__(self, pictures):
        self.given += len(pictures)
        return pictures.reshape(len(pictures), -1)[:, :3].astype("f4") / 7


def test_a_picture_is_computed_once(tmp_path):
    pictures, network = _pictures(4), _Counting()
    path = str(tmp_path / "cache" / "features.npy")
    cached = CachedFeatures(network, path)
    twice = np.concatenate([pictures, pictures[1:3]])
    wanted = _Counting()(twice)
    np.testing.assert_array_equal(cached(twice), wanted)
    np.testing.assert_array_equal(cached(twice[::-1]), wanted[::-1])
    assert network.given == 4
    cached.save()
    again = CachedFeatures(_Counting(), path)
    np.testing.assert_array_equal(again(twice), wanted)
    assert again._network.given == 0


def test_pictures_of_the_same_bytes_and_another_shape_are_others():
    network = _Counting()
    cached = CachedFeatures(network)
    picture = np.zeros((1, 4, 6, 3), np.uint8)
    cached(picture), cached(picture.reshape(1, 6, 4, 3))
    assert network.given == 2


@pytest.mark.parametrize("content", [b"", b"notes", b"\x93NUMPY\x01\x00\xff\xff"])
def test_other_files_are_neither_believed_nor_overwritten(tmp_path, content):
    path = tmp_path / "features.npy"
    path.write_bytes(content)
    with pytest.raises(DataError, match="holds no features"):
        CachedFeatures(_Counting(), str(path))
    assert path.read_bytes() == content
