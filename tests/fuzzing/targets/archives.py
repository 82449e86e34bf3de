"""Readers of archives and lists of pictures."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

from PIL import Image

from tests.fuzzing.good_pictures import encoded, pixels
from tests.fuzzing.tar_mutators import TAR_MUTATORS
from tests.fuzzing.target import Target, as_file
from vqinpaint.data import sources


def archives() -> list[bytes]:
    """Tar files of every dialect and compression."""
    dialects = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
    packers: tuple[Callable[[bytes], bytes], ...] = (
        lambda data: gzip.compress(data, mtime=0),
        bz2.compress,
        lzma.compress,
    )
    plain = [_archive(dialect) for dialect in dialects]
    return plain + [pack(data) for pack, data in zip(packers, plain)]


def _archive(dialect):
    picture = encoded(Image.fromarray(pixels()), "PNG")
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=dialect) as tar:
        for name in ("a.png", "folder/" + "long" * 20 + ".png", "é.png"):
            member = tarfile.TarInfo(name)
            member.size = len(picture)
            tar.addfile(member, io.BytesIO(picture))
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "a.png"
        tar.addfile(link)
    return file.getvalue()


def _read(path):
    items, _ = sources.from_path(path)
    for item in items:
        assert item.name


TARGETS = (
    Target("archives", archives, as_file(_read, "all.tar"), TAR_MUTATORS, weight=0.5),
    Target(
        "lists",
        lambda: [b"# pictures\na.png\nfolder/b.png\n", "\ufeffé.png\r\n".encode()],
        as_file(_read, "all.flist"),
        weight=0.25,
    ),
)
