"""Readers of models: options files, checkpoints, SavedModels, given structures."""

import functools
import json
import os
import pathlib
import shutil
import tempfile

import numpy as np

from tests import tiny
from tests.commands import ROOT
from tests.fuzzing.json_mutators import JSON_MUTATORS
from tests.fuzzing.target import Target, as_file
from vqinpaint.completing.structures import given_codes
from vqinpaint.completing.windows import Step, Window
from vqinpaint.joined import saved_graph
from vqinpaint.runs import checkpoints, folders, locating, options_files
from vqinpaint.runs.bundles import Bundle

_DEMO = ROOT / "saved_models" / "demo" / "1"


@functools.cache
def _run():
    """A run folder that this process may spoil."""
    folder = pathlib.Path(_kept().name) / "run"
    tiny.run_folder(folder)
    return folder


@functools.cache
def _export():
    """An export that this process may spoil."""
    return pathlib.Path(shutil.copytree(_DEMO, os.path.join(_kept().name, "export")))


@functools.cache
def _kept():
    return tempfile.TemporaryDirectory()


def _in_place_of(folder, name, read):
    """A reader of bytes: they stand in a folder for a file of it, for as long as it takes."""

    def read_bytes(data):
        path = folder() / name
        whole = path.read_bytes()
        path.write_bytes(data)
        try:
            read(str(folder()))
        finally:
            path.write_bytes(whole)

    return read_bytes


def _target(name, folder, file, read, **options):
    return Target(
        name,
        lambda: [(folder() / file).read_bytes()],
        _in_place_of(folder, file, read),
        **options,
    )


def _read_run(folder):
    locating.locate(folder)
    folders.model_options(folder)


def _read_export(folder):
    locating.locate(folder)
    options_files.read_export(folder).model.options()


def _read_checkpoint(folder):
    path = checkpoints.newest(f"{folder}/vqvae/checkpoints")
    if path:
        Bundle(path).verify()


def _read_operations(folder):
    """As `saved_graph.check`, without comparing the fingerprint."""
    graph = saved_graph.read_graph(folder)
    saved_graph.first_foreign(graph)


def _results():
    codes = [[(i * j) % 16 for i in range(8)] for j in range(8)]
    sample = {"seed": 0, "file": "a_00.png", "windows": [{"codes": codes}]}
    return [json.dumps({"model": "m", "samples": [sample]}).encode()]


class _Engine:
    side, codes = 64, 16


def _read_structure(path):
    step = Step(Window(0, 0, 64, 64), np.ones([64, 64], bool))
    picture, mask = np.zeros([64, 64, 3], np.uint8), np.zeros([64, 64], np.uint8)
    (found,) = given_codes(path, picture, mask, [step], _Engine())
    assert found.shape == (8, 8) and found.min() >= 0 and found.max() < 16


TARGETS = (
    _target(
        *("options of runs", _run, "vqvae/options.json", _read_run),
        mutators=JSON_MUTATORS,
        weight=0.5,
    ),
    _target(
        *("options of exports", _export, "options.json", _read_export),
        mutators=JSON_MUTATORS,
        weight=0.5,
    ),
    _target(
        *("checkpoint indices", _run, "vqvae/checkpoints/step-1.index"),
        _read_checkpoint,
        weight=0.2,
    ),
    _target(
        *("checkpoint data", _run, "vqvae/checkpoints/step-1.data-00000-of-00001"),
        _read_checkpoint,
        weight=0.1,
    ),
    _target(
        *("checkpoint pointers", _run, "vqvae/checkpoints/checkpoint"),
        _read_checkpoint,
        weight=0.1,
    ),
    _target(*("graphs", _export, "saved_model.pb", saved_graph.check), weight=0.04),
    _target(*("operations", _export, "saved_model.pb", _read_operations), weight=0.04),
    _target(
        *("indices of exports", _export, "variables/variables.index"),
        saved_graph.check,
        weight=0.04,
    ),
    _target(
        *("fingerprints", _export, "fingerprint.pb", saved_graph.check), weight=0.04
    ),
    Target(
        "given structures",
        _results,
        as_file(_read_structure, "a.json"),
        JSON_MUTATORS,
        weight=0.5,
    ),
)
