"""SHA-256 of files and bytes."""

import os

import numpy as np
import pytest

from vqinpaint.files import digests


def test_digests_are_those_of_the_standard():
    """The examples of FIPS 180-2, appendix B.1 and B.3, and the empty message."""
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digests.of_bytes(b"abc") == abc
    assert digests.of_bytes(b"a" * 1_000_000) == million
    assert digests.of_bytes(b"") == empty


def test_files_of_many_pieces_have_the_digest_of_their_bytes(tmp_path):
    data = np.random.default_rng(0).bytes((5 << 20) // 2)  # two and a half pieces
    path = tmp_path / "file"
    for size in (0, 1, 1 << 20, len(data)):
        path.write_bytes(data[:size])
        assert digests.of_file(path) == digests.of_bytes(data[:size])
        assert digests.of_file(str(path)) == digests.of_file(path)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="of Linux alone")
def test_files_that_tell_no_size_are_not_waited_for():
    """Such as /proc/kmsg, where a reader waits for the next message for ever."""
    assert digests.of_file("/proc/self/status") == digests.of_bytes(b"")
