"""What all benchmarks have in common: a size on the command line, and an end of a memory line and a JSON line."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping

FULL, TINY = "full", "tiny"


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with ``--size``. A tiny run shows in seconds that the benchmark works; it misses no bar."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--size", choices=(FULL, TINY), default=FULL, help="tiny: only to see that it works")
    return made


def peak_megabytes(who: int = resource.RUSAGE_SELF) -> int:
    """The most memory that this process has had, or (``RUSAGE_CHILDREN``) the largest of its ended children."""
    peak = resource.getrusage(who).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def finish(
    benchmark: str, size: str, figures: Mapping[str, object], *, missed: bool = False, peak: int | None = None
) -> int:
    """Print the peak memory and one JSON line; the exit code is 1 when a bar is missed at full size.

    ``peak`` is given where other processes do the work.
    """
    megabytes = peak_megabytes() if peak is None else peak
    print(f"peak memory: {megabytes} MB")
    line = {"benchmark": benchmark, "size": size, "peak_megabytes": megabytes, "missed": missed, **figures}
    print(json.dumps(line, ensure_ascii=False))
    return int(missed and size == FULL)
