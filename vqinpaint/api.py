"""The Python interface: load a model, complete pictures.

Example:
  model = vqinpaint.load("saved_models/demo")
  result = model.complete(image, mask, num_samples=4, seed=0)
  result.images[0].save("cat.png")
"""

from __future__ import annotations

import os
from typing import Any

from vqinpaint import families
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.generating import Generated, generate
from vqinpaint.completing.picture import complete_picture
from vqinpaint.completing.result import Result
from vqinpaint.joined.classifiers import load_classifier
from vqinpaint.options.generation import Generation
from vqinpaint.options.request import Request
from vqinpaint.pictures import arrays
from vqinpaint.reporting import SILENT, Reporter


class Model:
    """A model that completes pictures; see `load`.

    Attributes:
      engine: completes squares of `engine.side` pixels; pictures of other sizes are
        completed through it.
    """

    def __init__(self, engine: Engine):
        self.engine = engine

    def __repr__(self) -> str:
        return f"Model({self.engine.name!r}, {self.engine.side}x{self.engine.side})"

    def complete(
        self,
        image: arrays.Pixels,
        mask: arrays.Pixels,
        reporter: Reporter = SILENT,
        **request: Any,
    ) -> Result:
        """Completes a picture in several ways.

        Args:
          image: picture of any size: a Pillow image of any mode, or uint8 [H, W, 3],
            [H, W] or [H, W, 1]. Missing pixels are never looked at.
          mask: the hole: a Pillow image, or bool or uint8 [H, W] or [H, W, 1]; True or
            over 127 where pixels are missing. A Pillow image of another size is resized
            by nearest neighbour.
          reporter: told of progress, and of what people may want to know.
          **request: fields of `Request`, such as num_samples, seed, temperature,
            top_k, top_p, size, keep.

        Returns:
          `Result`: its `completed` are uint8 [N, H, W, 3], its `images` Pillow images;
          known pixels are those of `image`, bit for bit.

        Raises:
          PictureError: image and mask do not fit together, or are of another type.
          UsageError: a field of the request is out of range.
        """
        asked = Request(**request)
        self.engine.check(asked)
        picture = arrays.image_picture(image)
        hole, notes = arrays.mask_hole(mask, picture, asked.invert_mask)
        if notes:
            reporter.note(f"note: the mask {'; '.join(notes)}.")
        return complete_picture(self.engine, picture, hole, asked, reporter)

    def generate(
        self,
        num_samples: int = 16,
        accept: float = 1.0,
        classifier: str | None = None,
        reporter: Reporter = SILENT,
        **request: Any,
    ) -> Generated:
        """Draws pictures from nothing, and keeps the best.

        Args:
          num_samples: number of pictures that are kept.
          accept: share of the drawn pictures that is kept, above 0 and at most 1.
          classifier: SavedModel to choose by; None takes the run's discriminator. See
            `joined.classifiers.load_classifier`.
          reporter: told of progress.
          **request: fields of `Request` that say how to draw: seed, temperature, top_k,
            top_p, texture, texture_temperature.

        Returns:
          `Generated`: its `pictures` are uint8 [num_samples, S, S, 3].

        Raises:
          UsageError: a value is out of range, or there is nothing to choose by.
          ModelError: the classifier cannot be used.
        """
        wanted = Generation(num_samples, accept, classifier)
        score = None
        if classifier:
            score = load_classifier(classifier, self.engine.side)
        asked = Request(**{"num_samples": 1, **request})
        return generate(self.engine, asked, wanted, score, reporter)


def load(path: str | os.PathLike[str], sampler: str | None = None) -> Model:
    """Loads a model to complete pictures with.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder of
        `vqinpaint.train`.
      sampler: how structures are drawn, a name in `vqinpaint.sampling.SAMPLERS`; all
        draw the same codes. None takes the fastest.

    Raises:
      ModelError: nothing usable is there.
      UsageError: a SavedModel was exported with another sampler.
    """
    return Model(families.open_engine(os.fspath(path), sampler))
