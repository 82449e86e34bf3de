"""A picture in colour, and files to write it to."""

from PIL import Image

from tests.fuzzing.good_pictures import pixels

RGB = Image.fromarray(pixels())


def write(folder, name, data):
    """Path of a new file that holds these bytes."""
    path = folder / name
    path.write_bytes(data)
    return str(path)
