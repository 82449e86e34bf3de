"""Bounds of pictures: pixels, bytes, scans, and files that are no regular ones."""

import io
import os
import socket
import threading
import time

import numpy as np
import pytest
from PIL import Image

from tests.fuzzing.good_pictures import encoded
from tests.picture_files import RGB, write
from vqinpaint.data import checking
from vqinpaint.data.items import Item
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures import files


def _giant(kind, side):
    """A file whose header tells of a picture of that side, of which nothing follows."""
    data = bytearray(encoded(RGB, kind))
    if kind == "PNG":
        data[16:24] = side.to_bytes(4, "big") * 2
    elif kind == "BMP":
        data[18:26] = side.to_bytes(4, "little") * 2
    else:
        data[6:10] = (side % 65536).to_bytes(2, "little") * 2
    return bytes(data)


@pytest.mark.parametrize("kind", ["BMP", "GIF"])
def test_size_is_looked_at_before_pixels(tmp_path, kind):
    path = write(tmp_path, "a.png", _giant(kind, 30_000))
    with pytest.raises(PictureError, match="30000x30000.*--max_pixels=900000000"):
        files.load_image(path)
    with pytest.raises(PictureError, match="30000x30000"):
        files.load_mask(path, 10, 10)
    assert "30000x30000" in checking.check(Item(path), 8).reason


def test_max_pixels_is_the_users_own_and_pillows_limit_stays(tmp_path, monkeypatch):
    path = write(tmp_path, "a.png", encoded(RGB, "PNG"))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert files.load_image(path).shape == (32, 40, 3)
    assert Image.MAX_IMAGE_PIXELS == 100
    with pytest.raises(PictureError, match="40x32 pixels, more than 1,279"):
        files.load_image(path, ReadingOptions(max_pixels=1279))
    files.load_image(path, ReadingOptions(max_pixels=1280))


def test_97_megapixels_are_within_the_default(tmp_path):
    # Grey of one value, so that the test is quick.
    Image.new("L", (11392, 8544), 77).save(tmp_path / "a.jpg")
    picture, reason, _ = checking.check(Item(str(tmp_path / "a.jpg")), 8)
    assert reason is None and (picture.height, picture.width) == (8544, 11392)


def _special_files(folder):
    """Paths of files that are no regular ones; none of them may be opened."""
    os.mkfifo(folder / "pipe.png")
    os.symlink(folder / "pipe.png", folder / "link.png")
    os.symlink("/dev/zero", folder / "zero.png")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.path.relpath(folder / "socket.png"))
    listening.close()
    return [f"{name}.png" for name in ("pipe", "link", "zero", "socket")]


def test_pipes_devices_and_sockets_are_refused_at_once(tmp_path):
    def refuse():
        for name in names:
            path = str(tmp_path / name)
            for read in (files.load_image, files.list_pictures):
                with pytest.raises(PictureError, match=f"{name} is a .*regular file"):
                    read(path)
            with pytest.raises(PictureError, match="regular file"):
                files.load_mask(path, 8, 8)
            assert "regular file" in checking.check(Item(path), 8).reason
        done.append(True)

    names, done = _special_files(tmp_path), []
    thread = threading.Thread(target=refuse, daemon=True)
    start = time.monotonic()
    thread.start()
    thread.join(30)
    assert done and time.monotonic() - start < 30


def test_larger_files_than_any_picture_are_not_read(tmp_path):
    path = tmp_path / "a.png"
    with open(path, "wb") as file:
        file.truncate(6_000_000_000)  # takes no room on disk
    for read in (files.load_image, lambda path: files.load_mask(path, 8, 8)):
        with pytest.raises(PictureError, match="has 6,000 MB; at most 1,027 MB"):
            read(str(path))
    assert "6,000 MB" in checking.check(Item(str(path)), 8).reason


def test_a_jpeg_of_thousands_of_scans_is_refused(tmp_path):
    data = encoded(RGB, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    many = data[:last] + data[last:-2] * 200 + data[-2:]
    with pytest.raises(PictureError, match=r"has \d+ scans, more than 100"):
        files.load_image(write(tmp_path, "a.jpg", many))
    assert files.load_image(write(tmp_path, "b.jpg", data)).shape
    # A second picture behind the first makes Pillow call it an MPO.
    both = io.BytesIO()
    RGB.save(both, "MPO", save_all=True, append_images=[RGB], progressive=True)
    last = both.getvalue().index(b"\xff\xd9")
    first = both.getvalue()[:last]
    scan = first[first.rindex(b"\xff\xda") :]
    many = first + scan * 200 + both.getvalue()[last:]
    with pytest.raises(PictureError, match=r"has \d+ scans, more than 100"):
        files.load_image(write(tmp_path, "c.jpg", many))


def test_markers_that_cannot_be_hide_no_scans(tmp_path):
    data = encoded(RGB, "JPEG", progressive=True, restart_marker_blocks=1)
    last, restart = data.rindex(b"\xff\xda"), data.index(b"\xff\xd0")
    many = data[:last] + data[last:-2] * 200 + data[-2:]
    many = many[:restart] + b"\xff\x02\xff\xff" + many[restart:]
    with pytest.raises(PictureError, match=r"has \d+ scans, more than 100"):
        files.load_image(write(tmp_path, "a.jpg", many))


def test_what_follows_a_jpeg_is_not_counted_as_its_scans(tmp_path):
    data = encoded(RGB, "JPEG", progressive=True)
    video = b"\xff\xda\x00\x02" * 200  # as phones append one
    found = files.load_image(write(tmp_path, "a.jpg", data + video))
    np.testing.assert_array_equal(
        found, files.load_image(write(tmp_path, "b.jpg", data))
    )
