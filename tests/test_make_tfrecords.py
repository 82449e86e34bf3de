"""vqinpaint.make_tfrecords on every kind of source."""

import io
import json
import pathlib
import subprocess
import sys
import tarfile

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from vqinpaint.data import decoding, records
from vqinpaint.data.tfds_builder import PictureFolder

ROOT = pathlib.Path(__file__).parent.parent


def _array(i):
    return np.random.default_rng(i).integers(0, 256, (48, 40, 3), np.uint8)


def _make(output, *flags):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "vqinpaint.make_tfrecords",
            f"--output={output}",
            *map(str, flags),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return records.open_split(str(output), "train"), done


def _pictures(split):
    """Decoded pictures by file stem."""
    result = {}
    for record in tf.data.TFRecordDataset(split.paths):
        example = tf.io.parse_single_example(record, records.FEATURES)
        name = example["image/filename"].numpy().decode()
        image = decoding.decode(record).numpy()
        height, width = int(example["image/height"]), int(example["image/width"])
        assert image.shape == (height, width, 3)
        result[pathlib.Path(name).stem] = image
    return result


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for i in range(3):
        Image.fromarray(_array(i)).save(folder / ("sub" if i else "") / f"{i}.png")
    return folder


def test_folder_list_and_tar_give_the_same_pictures(folder, tmp_path):
    names = sorted(folder.rglob("*.png"))
    (folder / "all.flist").write_text(
        "".join(f"{name.relative_to(folder)}\n" for name in names)
    )
    with tarfile.open(tmp_path / "all.tar", "w") as tar:
        for name in names:
            tar.add(name, name.name)
    sources = [folder / "all.flist", tmp_path / "all.tar", folder]
    for number, source in enumerate(sources):
        split, done = _make(tmp_path / f"out{number}", f"--input={source}")
        pictures = _pictures(split)
        assert set(pictures) == {"0", "1", "2"}
        for i in range(3):
            np.testing.assert_array_equal(pictures[str(i)], _array(i))
    # The list itself lies in the folder and is no picture: named, not dropped.
    assert "1 skipped" in done.stdout and "all.flist" in done.stderr


def test_odd_pictures_are_stored_upright_in_rgb(folder, tmp_path):
    picture = Image.fromarray(_array(0))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(folder / "turned.png", exif=exif)
    picture.convert("P").save(folder / "palette.png")
    picture.convert("CMYK").save(folder / "cmyk.jpg")
    picture.convert("LA").save(folder / "alpha.png")
    Image.fromarray(np.full((40, 40), 51400, np.uint16)).save(folder / "deep.png")
    pictures = _pictures(_make(tmp_path / "out", f"--input={folder}")[0])
    assert pictures["turned"].shape == (40, 48, 3)
    np.testing.assert_array_equal(pictures["turned"], np.rot90(_array(0), -1))
    assert np.abs(pictures["deep"] - 200).max() <= 1
    assert {"palette", "cmyk", "alpha"} <= set(pictures)


def test_damaged_pictures_are_named_and_counted(folder, tmp_path):
    buffer = io.BytesIO()
    Image.fromarray(_array(0)).save(buffer, "JPEG")
    (folder / "cut.jpg").write_bytes(buffer.getvalue()[:400])
    (folder / "text.png").write_text("no picture")
    Image.fromarray(_array(0)[:8, :8]).save(folder / "small.png")
    split, done = _make(tmp_path / "out", f"--input={folder}", "--shards=2")
    assert len(split) == 3 and "3 skipped" in done.stdout
    manifest = json.loads((tmp_path / "out" / "train.json").read_text())
    for name in ("cut.jpg", "text.png", "small.png"):
        assert name in done.stderr
        assert any(name in reason for reason in manifest["skipped"])
    assert [shard["records"] for shard in manifest["shards"]] == [2, 1]


BUILD = """
import sys
import numpy as np
import tensorflow_datasets as tfds

class TinyPictures(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")
    def _info(self):
        image = tfds.features.Image(shape=(48, 40, 3))
        features = tfds.features.FeaturesDict({"image": image})
        return tfds.core.DatasetInfo(builder=self, features=features)
    def _split_generators(self, manager):
        return {"train": self._generate_examples()}
    def _generate_examples(self):
        for i in range(3):
            draw = np.random.default_rng(i).integers(0, 256, (48, 40, 3), np.uint8)
            yield i, {"image": draw}

TinyPictures(data_dir=sys.argv[1]).download_and_prepare()
"""


def test_tensorflow_datasets_by_name(tmp_path):
    script = tmp_path / "build.py"
    script.write_text(BUILD)
    subprocess.run(
        [sys.executable, script, tmp_path / "tfds"], check=True, capture_output=True
    )
    flags = ["--tfds=tiny_pictures", f"--tfds_dir={tmp_path / 'tfds'}"]
    pictures = _pictures(_make(tmp_path / "out", *flags)[0])
    sums = {int(image.sum()) for image in pictures.values()}
    assert sums == {int(_array(i).sum()) for i in range(3)}


def test_large_pictures_can_be_shrunk_once(tmp_path):
    """To what reading would make of them, in the format they came in; small ones stay."""
    (tmp_path / "in").mkdir()
    y, x = np.mgrid[0:300, 0:200]
    waves = [
        127 + 100 * np.sin((a * y + b * x) / 9) for a, b in ((1, 0), (0, 1), (1, 1))
    ]
    large = Image.fromarray(np.stack(waves, -1).astype(np.uint8))
    large.save(tmp_path / "in" / "drawing.png")
    large.save(tmp_path / "in" / "photo.jpg", quality=95, subsampling=0)
    on_its_side = Image.Exif()
    on_its_side[0x0112] = 6
    turned = large.transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "in" / "turned.jpg", quality=95, exif=on_its_side)
    large.resize((40, 60)).save(tmp_path / "in" / "small.png")
    split, _ = _make(tmp_path / "out", f"--input={tmp_path / 'in'}", "--short_side=50")
    examples = {
        pathlib.Path(example["image/filename"].numpy().decode()).stem: example
        for example in (
            tf.io.parse_single_example(record, records.FEATURES)
            for record in tf.data.TFRecordDataset(split.paths)
        )
    }
    kinds = {name: e["image/format"].numpy().decode() for name, e in examples.items()}
    assert kinds == dict(drawing="png", photo="jpeg", turned="jpeg", small="png")
    small = (tmp_path / "in" / "small.png").read_bytes()
    assert examples["small"]["image/encoded"].numpy() == small
    pictures = _pictures(split)
    wanted = decoding.resize_short_side(tf.constant(np.asarray(large)), 50).numpy()
    for name in ("drawing", "photo", "turned"):
        # Another filter, and two of them JPEG: seen 1.6 and 3.6, where waves are 100 high.
        difference = pictures[name].astype(int) - wanted
        assert np.abs(difference).mean() < 6, name
    assert split.manifest["short_side"] == 50


def test_a_beam_pipeline_writes_the_same_records(folder, tmp_path):
    (folder / "broken.png").write_bytes(b"no picture")
    flags = f"--input={folder}", "--shards=2", "--short_side=36"
    plain, _ = _make(tmp_path / "plain", *flags)
    beam, done = _make(tmp_path / "beam", *flags, "--beam")
    assert beam.manifest["skipped"] == plain.manifest["skipped"]
    assert "broken.png" in beam.manifest["skipped"][0] and "1 skipped" in done.stdout
    found, wanted = _pictures(beam), _pictures(plain)
    assert len(beam) == 3 and found.keys() == wanted.keys()
    for name in wanted:
        np.testing.assert_array_equal(found[name], wanted[name])
    assert sorted(p.name for p in (tmp_path / "beam").iterdir()) == sorted(
        p.name for p in (tmp_path / "plain").iterdir()
    )


def test_more_beam_shards_than_pictures(folder, tmp_path):
    split, _ = _make(tmp_path / "out", f"--input={folder}", "--shards=5", "--beam")
    assert len(split) == 3 and len(split.paths) == 5


def test_a_folder_as_a_tfds_builder(folder, tmp_path):
    """Written by our class, read by TFDS, and by the tool under its TFDS name."""
    prepared = tmp_path / "tfds"
    PictureFolder(folder=str(folder), data_dir=prepared).download_and_prepare()
    data = tfds.load("picture_folder", split="sub", data_dir=prepared)
    found = {e["file_name"].numpy().decode(): e["image"].numpy() for e in data}
    assert found.keys() == {"1.png", "2.png"}
    np.testing.assert_array_equal(found["2.png"], _array(2))
    flags = "--tfds=picture_folder", "--tfds_split=sub", f"--tfds_dir={prepared}"
    split, _ = _make(tmp_path / "records", *flags)
    assert len(split) == 2
