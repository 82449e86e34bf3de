"""Small networks for an evaluation, in files that its options name."""

import pytest

from tests import inception_world, lpips_world, torch_world
from vqinpaint.options.figures import FigureOptions


@pytest.fixture(scope="module")
def networks_options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    value = {
        name: torch_world.tensor(array)
        for name, array in lpips_world.tensors("alex").items()
    }
    (folder / "alex.pth").write_bytes(torch_world.sequence(value))
    return FigureOptions(
        inception=inception_world.write(folder / "graph.pb"),
        lpips=str(folder / "alex.pth"),
        features_cache=str(folder / "cache"),
    )
