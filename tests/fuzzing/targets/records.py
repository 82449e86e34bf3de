"""Readers of data sets: manifests, shards, and the pictures in records."""

import functools
import json
import os
import tempfile

from tests import small_data
from tests.fuzzing.json_mutators import JSON_MUTATORS
from tests.fuzzing.target import Target
from vqinpaint.data import records


@functools.cache
def _files():
    """A good data set: {name: content}."""
    with tempfile.TemporaryDirectory() as folder:
        small_data.write(folder)
        found = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = file.read()
        return found


def _open(changed):
    """Opens a data set in which some files are changed: {name: content}."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {**_files(), **changed}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        split = records.open_split(folder, "train")
        assert len(split) == len(split.offset) == split.manifest["records"]
        assert split.fingerprint


def _offsets(data):
    """Opens a data set whose manifest is made for these offsets, whatever they are."""
    manifest = json.loads(_files()["train.json"])
    manifest["offsets"]["sha256"] = records.digests.of_bytes(data)
    changed = {"train-offsets.npy": data, "train.json": json.dumps(manifest).encode()}
    _open(changed)


_SHARD = "train-00000-of-00003.tfrecord"

TARGETS = (
    Target(
        "manifests",
        lambda: [_files()["train.json"]],
        lambda data: _open({"train.json": data}),
        JSON_MUTATORS,
        weight=0.5,
    ),
    Target(
        "shards",
        lambda: [_files()[_SHARD]],
        lambda data: _open({_SHARD: data}),
        weight=0.25,
    ),
    Target("offsets", lambda: [_files()["train-offsets.npy"]], _offsets, weight=0.25),
)
