"""A folder of pictures as a TensorFlow Datasets builder, for tools that want one."""

import io
import os

import tensorflow_datasets as tfds

from vqinpaint.data import sources
from vqinpaint.errors import DataError


class PictureFolder(tfds.core.GeneratorBasedBuilder):
    """Pictures below FOLDER/SPLIT as (image, file_name), one TFDS split per subfolder.

    PictureFolder(folder="my_pictures", data_dir="tfds").download_and_prepare(); then
    tfds.load("picture_folder", data_dir="tfds") and tools/make_tfrecords.py
    --tfds=picture_folder --tfds_dir=tfds read it without this package.

    Args:
      folder: with subfolders such as train and val; needed to prepare, not to read.
      min_size: see `sources.check`.
    """

    name = "picture_folder"
    VERSION = tfds.core.Version("1.0.0")

    def __init__(self, folder=None, min_size=32, **kwargs):
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
        for name, _ in sources.from_folder(folder):
            picture, _ = sources.check((name, None), self._min_size)
            if picture is not None:
                key = os.path.relpath(name, folder)
                yield key, {"image": io.BytesIO(picture.encoded), "file_name": key}
