"""Tests mirror the package: the test file of a module has its name and stands in the folder of its name."""

import os

# The workers of xdist share the processor: arithmetic in several threads each would make them wait for one another.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
