"""A real server in a process of its own, and real Chromium in front of it."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from matchmaker.services.database import Database
from tests.e2e.city import build_city

REPOSITORY = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


_REPORTED_BUT_MEANT = ("status of 4", "ERR_INTERNET_DISCONNECTED")
"""Refusals, and a network that a test took away."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server listens, and its files."""

    address: str
    data: Path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, prepared_database: Path) -> Iterator[Server]:
    """The platform as `matchmaker serve` runs it, on a small city, on a port of its own."""
    data = tmp_path_factory.mktemp("server")
    (data / "matchmaker.sqlite").write_bytes(prepared_database.read_bytes())
    build_city(Database(f"sqlite:///{data / 'matchmaker.sqlite'}"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker.cli", "serve", "--port", str(port)],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "MATCHMAKER_DATA": str(data),
            "MATCHMAKER_ENCODER": "e5",
            "DATABASE_URL": "",
            "LANG": "zh_CN.UTF-8",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if listening := re.search(r"Listening at: (http://\S+)", line):
            break
    else:
        pytest.fail(f"The server did not start:\n{said}")
    # What it says later goes to a file, or the pipe would fill and stop it.
    log = subprocess.Popen(["tee", str(data / "server.log")], stdin=process.stderr, stdout=subprocess.DEVNULL)
    yield Server(listening.group(1), data)
    process.terminate()
    process.wait(timeout=20)
    log.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: run `make test`, which installs it"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def desktop(browser: Browser, server: Server) -> Iterator[Page]:
    """A window 1280 pixels wide."""
    yield from _window(browser, server, 1280)


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """A window 390 pixels wide."""
    yield from _window(browser, server, 390)


def _window(browser: Browser, server: Server, width: int) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.address, viewport={"width": width, "height": 844}, locale="zh-CN", accept_downloads=True
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    unexpected = [text for text in failures if not any(known in text for known in _REPORTED_BUT_MEANT)]
    assert unexpected == [], "The browser reported errors"
