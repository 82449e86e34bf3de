"""All targets: every file here has a tuple `TARGETS`."""

import importlib
import pkgutil

TARGETS = tuple(
    target
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    for target in importlib.import_module(f"{__name__}.{module.name}").TARGETS
)
