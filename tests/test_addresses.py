"""Addresses of object stores are refused in words, in flags and in lists."""

import pytest
from absl import flags

from vqinpaint.cli import running
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.files.addresses import is_address
from vqinpaint.files.lists import read_list


def _given(monkeypatch, **values):
    found = flags.FlagValues()
    for name, value in values.items():
        flags.DEFINE_string(name, value, "", flag_values=found)
    found.mark_as_parsed()
    monkeypatch.setattr(running, "FLAGS", found)


@pytest.mark.parametrize("name", ["image", "output", "data", "completions"])
def test_a_flag_that_names_an_object_store_is_refused(monkeypatch, name):
    _given(monkeypatch, seed="7", **{name: "gs://bucket/cats"})
    words = f"^--{name}=gs://bucket/cats: .* mount the bucket, or copy"
    with pytest.raises(UsageError, match=words):
        running._refuse_addresses()


def test_other_flags_are_let_through(monkeypatch):
    _given(
        monkeypatch,
        image="photos/gs:",
        server="https://host:8501",
        beam_options="--temp_location=gs://bucket/tmp",
        tfds_dir="gs://bucket/tfds",
        mask=None,
    )
    running._refuse_addresses()


def test_stores_are_known_by_their_schemes():
    for address in ("gs://b/x", "S3://b/x", "s3a://b", "abfss://c@a/x", "hdfs://n:1/x"):
        assert is_address(address)
    for path in ("gs:/b", "/mnt/gs://b", "http://b/x", "cats.txt", ""):
        assert not is_address(path)


def test_a_list_that_names_an_object_store_is_refused(tmp_path):
    listing = tmp_path / "all.txt"
    listing.write_text("# cats\na.png\ns3://bucket/b.png\n")
    with pytest.raises(PictureError, match="lists s3://bucket/b.png: .* not read"):
        read_list(str(listing), PictureError)
