"""Who a running job is held by, and whether that one still lives."""

import os
import socket
from pathlib import Path
from uuid import uuid4

_HOST = socket.gethostname()[:100].replace("/", "-")


def new_worker_name() -> str:
    """A name for one run of a job: host, process, when the process began, and a word of its own."""
    return f"{_HOST}/{os.getpid()}/{_started(os.getpid())}/{uuid4().hex[:12]}"


def is_known_dead(worker: str) -> bool:
    """Whether the run's process is known to be gone. Of other hosts' processes, and on systems without ``/proc``,
    nothing is known.
    """
    host, pid, started, _ = worker.split("/")
    return host == _HOST and bool(started) and _started(int(pid)) != started


def _started(pid: int) -> str:
    """When the process began, in the kernel's ticks, so that a number given out again is noticed; empty if it is gone
    or this system does not say.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else fields[18]
