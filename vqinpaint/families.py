"""The kinds of models behind the same commands, and what each brings along.

`options.json` of every run and export names its family; one without a name is of
"vqvae". Loading, export, evaluation and serving ask this table instead of knowing the
families themselves.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable

import numpy as np

from vqinpaint.completing.engine import Engine
from vqinpaint.completing.local import LocalEngine
from vqinpaint.completing.pic_local import PicEngine
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.joined import calls, loading, pic_calls, pic_loading
from vqinpaint.options.families import STAGES
from vqinpaint.options.request import TEXTURES
from vqinpaint.runs import locating


@dataclasses.dataclass(frozen=True)
class Family:
    """A kind of model.

    Attributes:
      stages: names of its stages of training, in their order.
      open_engine: from the path of a SavedModel or run and the name of a sampler (or
        None) to the `Engine` that completes with it.
      load: from such a path to (model, its options), to measure it by.
      join_run: from a run folder, the completions per picture, the name of a sampler and
        whether to keep kernels as float16 to (model, its options). The model has the
        `signatures()` that an export offers.
      sample: completes one picture by what `load` gives, once per seed; see
        `joined.calls.sample`.
      has_codes: whether the model has structure codes, whose bits it can tell.
      textures: what may be asked for as `texture`, which `load` and `join_run` take by
        name; empty where there is no choice.
    """

    stages: tuple[str, ...]
    open_engine: Callable[[str, str | None], Engine]
    load: Callable[..., Any]
    join_run: Callable[..., Any]
    sample: Callable[..., dict[str, np.ndarray]]
    has_codes: bool
    textures: tuple[str, ...] = ()

    def choice_of(self, texture: str | None) -> dict[str, str]:
        """The keyword for `load` and `join_run`. Raises UsageError where there is none."""
        if texture and texture not in self.textures:
            raise UsageError(
                f"--texture={texture}: models of this family leave no choice; drop it."
            )
        return {"texture": texture} if texture else {}


def _join_run(run_dir, num_samples, sampler, half, texture=None):
    return loading.load_run(run_dir, num_samples, sampler, half=half, texture=texture)


def _refuse_sampler(path, sampler):
    if sampler is not None:
        raise UsageError(
            f"{path} is a model of the family pic, which draws no codes; drop --sampler."
        )


def _open_pic(path, sampler):
    _refuse_sampler(path, sampler)
    return PicEngine(path)


def _join_pic(run_dir, num_samples, sampler, half):
    _refuse_sampler(run_dir, sampler)
    return pic_loading.load_run(run_dir, num_samples, half=half)


FAMILIES = {
    "vqvae": Family(
        STAGES["vqvae"],
        LocalEngine,
        loading.load,
        _join_run,
        calls.sample,
        has_codes=True,
        textures=TEXTURES,
    ),
    "pic": Family(
        STAGES["pic"],
        _open_pic,
        pic_loading.load,
        _join_pic,
        pic_calls.sample,
        has_codes=False,
    ),
}


def family_of(path: str) -> Family:
    """The family of a SavedModel or run folder.

    Raises:
      ModelError: nothing usable is there, or it is of a family that is not known.
    """
    return _known(locating.locate(path).family, path)


def family_of_run(run_dir: str) -> Family:
    """The family of a run folder, which may have no trained stage yet.

    Raises:
      ModelError: it is of a family that is not known.
    """
    return _known(locating.run_family(run_dir), run_dir)


def _known(name, path):
    if name not in FAMILIES:
        raise ModelError(
            f"{path} is a model of the family '{name[:60]}'; this version knows "
            f"{', '.join(FAMILIES)}. Install a newer vqinpaint."
        )
    return FAMILIES[name]


def open_engine(path: str, sampler: str | None = None) -> Engine:
    """The engine that completes with the model at `path`; see `family_of`."""
    return family_of(path).open_engine(path, sampler)
