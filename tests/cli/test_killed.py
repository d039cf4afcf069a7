"""Killed with SIGKILL in the middle of the work: no half posting, and the index agrees with the database afterwards."""

import http.client
import http.cookiejar
import json
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from matchmaker.domain.vocabulary import Role
from matchmaker.services.database import Database
from tests.cli.conftest import CommandLine
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.slow

ROWS = 60

KILLED_AT = """
    import os, signal, sys
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from matchmaker.cli import main

    left = {times}

    @event.listens_for(Engine, "after_cursor_execute")
    def _(connection, cursor, statement, parameters, context, many):
        global left
        if statement.startswith({statement!r}):
            left -= 1
            if left == 0:
                os.killpg(0, signal.SIGKILL)

    main(sys.argv[1:])
"""
"""A real command that is killed, with all its processes, after a statement has been executed so many times."""


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    path = tmp_path / "needs.csv"
    lines = ["编号,单位,需求名称,需求背景与技术难点"]
    lines += [f"A{n},示例厂{n % 7},第{n}号轴承润滑失效,第{n}号轴承的润滑脂在高温下发干变黑" for n in range(ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def start_doomed(command: CommandLine, statement: str, times: int, *arguments: object) -> subprocess.Popen[bytes]:
    program = textwrap.dedent(KILLED_AT).format(statement=statement, times=times)
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=command.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def run_killed(command: CommandLine, statement: str, times: int, *arguments: object) -> None:
    assert start_doomed(command, statement, times, *arguments).wait() == -signal.SIGKILL


def index_status(command: CommandLine) -> dict[str, object]:
    done = command.run("index", "status", "--json")
    assert done.returncode == 0, done.stderr
    status: dict[str, object] = json.loads(done.stdout)
    return status


@pytest.mark.parametrize(
    ("statement", "times"),
    [
        pytest.param("INSERT INTO embedding", 2, id="while encoding"),
        pytest.param("INSERT INTO organization", 1, id="after the organizations"),
        pytest.param("INSERT INTO need", 1, id="after the needs"),
        pytest.param("UPDATE corpus_revision", 1, id="before the log"),
        pytest.param("INSERT INTO activity", 1, id="just before the commit"),
    ],
)
def test_a_killed_import_leaves_nothing_and_can_be_repeated(
    command: CommandLine, needs: Path, statement: str, times: int
) -> None:
    run_killed(command, statement, times, "import", needs, "--kind", "needs")
    status = index_status(command)
    assert (status["needs"], status["revision"], status["in_step"]) == (0, 0, True)
    assert json.loads(command.run("match", "--text", "轴承润滑", "--json").stdout)["matches"] == []

    again = json.loads(command.run("import", needs, "--kind", "needs", "--json").stdout)
    assert (again["created"], len(again["new_organizations"])) == (ROWS, 7)
    status = index_status(command)
    assert (status["needs"], status["in_step"], status["vectors"]) == (ROWS, True, 3 * ROWS)


def test_encoding_goes_on_where_it_was_killed(command: CommandLine, needs: Path) -> None:
    run_killed(command, "INSERT INTO embedding", 4, "import", needs, "--kind", "needs")
    kept = index_status(command)["vectors"]
    assert isinstance(kept, int)
    assert 0 < kept < 3 * ROWS
    assert command.run("import", needs, "--kind", "needs").returncode == 0
    assert index_status(command)["vectors"] == 3 * ROWS


class Browser:
    """Just enough of one: cookies, and forms with the token that the page gave."""

    def __init__(self, address: str, server: subprocess.Popen[bytes]) -> None:
        self._address = address
        self._server = server
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def wait_for_server(self) -> None:
        """Ask until it answers; a server that ended never will."""
        while self._server.poll() is None:
            try:
                self._opener.open(f"{self._address}/healthz").read()
            except urllib.error.URLError:
                continue
            return
        raise AssertionError("the server ended before it answered")

    def read(self, path: str) -> str:
        """The text of a page."""
        text: str = self._opener.open(f"{self._address}{path}").read().decode()
        return text

    def submit(self, path: str, fields: dict[str, str], file: Path | None = None, page: str = "") -> tuple[str, str]:
        """Post a form of the page; returns the address and the text that one ends up with."""
        shown = self._opener.open(f"{self._address}{page or path}").read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)
        assert token is not None
        body, kind = _multipart(fields | {"csrf_token": token[1]}, file)
        answer = self._opener.open(urllib.request.Request(f"{self._address}{path}", body, {"Content-Type": kind}))
        return urllib.parse.urlsplit(answer.url).path, answer.read().decode()


def _multipart(fields: dict[str, str], file: Path | None) -> tuple[bytes, str]:
    boundary = uuid4().hex
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    if file is not None:
        disposition = f'Content-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        parts.append(disposition + file.read_text(encoding="utf-8"))
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return body.encode(), f"multipart/form-data; boundary={boundary}"


def test_a_server_killed_during_a_post_leaves_nothing_and_serves_again(command: CommandLine, needs: Path) -> None:
    database = Database(f"sqlite:///{command.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        email = make_user(session, Role.ORGANIZER).email
    database.engine.dispose()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = start_doomed(command, "INSERT INTO need", 1, "serve", "--port", port)
    browser = Browser(f"http://127.0.0.1:{port}", server)
    browser.wait_for_server()
    browser.submit("/account/login", {"email": email, "password": PASSWORD})
    report, _ = browser.submit("/organizer/upload", {"kind": "needs"}, needs)
    # A worker thread imports: the answer may still come before the server is gone.
    with suppress(urllib.error.URLError, ConnectionError, http.client.HTTPException):
        browser.submit(report, {})
    assert server.wait() == -signal.SIGKILL
    status = index_status(command)
    assert (status["needs"], status["revision"], status["in_step"]) == (0, 0, True)

    again = start_doomed(command, "never", 1, "serve", "--port", port)
    try:
        browser = Browser(f"http://127.0.0.1:{port}", again)
        browser.wait_for_server()
        browser.submit("/account/login", {"email": email, "password": PASSWORD})
        # The job outlived the server: the next one's worker takes it up by itself.
        deadline = time.monotonic() + 120
        while "已写入" not in browser.read(report):
            assert time.monotonic() < deadline, browser.read(report)
            time.sleep(0.2)
    finally:
        again.terminate()
        again.wait()
    status = index_status(command)
    assert (status["needs"], status["in_step"]) == (ROWS, True)
