"""A folder of pictures as a TensorFlow Datasets builder, for tools that want one."""

from __future__ import annotations

import io
import os

import tensorflow_datasets as tfds

from vqinpaint.data import checking, sources
from vqinpaint.errors import DataError


class PictureFolder(tfds.core.GeneratorBasedBuilder):
    """Pictures below FOLDER/SPLIT as (image, file_name), one TFDS split per subfolder.

      PictureFolder(folder="my_pictures", data_dir="tfds").download_and_prepare()

    After that, `tfds.load("picture_folder", data_dir="tfds")` reads the data set without
    this package, and `python -m vqinpaint.make_tfrecords --tfds=picture_folder
    --tfds_dir=tfds` writes it as records.

    Args:
      folder: folder with subfolders such as train and val. It is needed to prepare the
        data set, not to read it.
      min_size: smallest short side in pixels; smaller pictures are left out.
    """

    name = "picture_folder"
    VERSION = tfds.core.Version("1.0.0")

    def __init__(self, folder: str | None = None, min_size: int = 32, **kwargs):
        self._folder = folder
        self._min_size = min_size
        super().__init__(**kwargs)

    def _info(self):
        image = tfds.features.Image(shape=(None, None, 3))
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {"image": image, "file_name": tfds.features.Text()}
            )
        )

    def _split_generators(self, dl_manager):
        folder = self._folder or ""
        entries = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        splits = [e for e in entries if os.path.isdir(os.path.join(folder, e))]
        if not splits:
            raise DataError(
                f"{self._folder} has no subfolders; each becomes a split, such as train."
            )
        return {split: self._generate_examples(split) for split in splits}

    def _generate_examples(self, split):
        folder = os.path.join(self._folder, split)
        for item in sources.from_folder(folder):
            picture = checking.check(item, self._min_size).picture
            if picture is not None:
                # TensorFlow Datasets takes UTF-8 alone.
                name = os.fsencode(os.path.relpath(item.name, folder))
                key = name.decode("utf-8", "backslashreplace")
                yield key, {"image": io.BytesIO(picture.encoded), "file_name": key}
