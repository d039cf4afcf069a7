"""Mail reaches a real server, or a file that an operator can read."""

import logging
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from matchmaker.config import load_settings
from matchmaker.services.mailing.mailer import BackgroundMailer, FileMailer, SmtpMailer, create_mailer

TEXT = "示例·李工，您好：\n\n请打开链接：\nhttps://match.example.com/account/password/" + "x" * 90 + "\n"


class ReceivingServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs to leave a message."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: list[bytes] = []


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, ReceivingServer)
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.received.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
            if command == b"QUIT":
                return


@pytest.fixture
def server() -> Iterator[ReceivingServer]:
    with ReceivingServer() as receiving:
        thread = threading.Thread(target=receiving.serve_forever)
        thread.start()
        yield receiving
        receiving.shutdown()
        thread.join()


def address(server: ReceivingServer) -> str:
    return f"smtp://127.0.0.1:{server.server_address[1]}"


def test_smtp_delivers_the_chinese_text_whole(server: ReceivingServer) -> None:
    SmtpMailer(address(server), "matchmaker@example.com").send("li@example.com", "设置密码", TEXT)
    message = message_from_bytes(server.received[0], policy=policy.default)
    assert (message["To"], message["Subject"]) == ("li@example.com", "设置密码")
    assert message.get_content().replace("\r\n", "\n") == TEXT


def test_the_background_delivers_in_order(server: ReceivingServer) -> None:
    mailer = BackgroundMailer(SmtpMailer(address(server), "matchmaker@example.com"))
    for number in range(3):
        mailer.send("li@example.com", str(number), TEXT)
    mailer.close()
    assert [message_from_bytes(received)["Subject"] for received in server.received] == ["0", "1", "2"]


def test_a_server_that_is_away_is_logged_not_raised(server: ReceivingServer, caplog: pytest.LogCaptureFixture) -> None:
    unused = address(server)
    server.socket.close()
    mailer = BackgroundMailer(SmtpMailer(unused, "matchmaker@example.com"))
    with caplog.at_level(logging.ERROR):
        mailer.send("li@example.com", "设置密码", TEXT)
        mailer.close()
    assert "li@example.com" in caplog.text


def test_files_are_readable_as_they_are_and_only_by_the_operator(tmp_path: Path) -> None:
    FileMailer(tmp_path / "mail", "matchmaker@example.com").send("li@example.com", "设置密码", TEXT)
    (path,) = (tmp_path / "mail").iterdir()
    written = path.read_text("utf-8")
    assert "Subject: 设置密码" in written
    assert TEXT in written
    assert path.stat().st_mode & 0o077 == 0


def test_files_sort_by_when_they_were_sent(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path, "matchmaker@example.com")
    for number in range(5):
        mailer.send("li@example.com", f"letter {number}", TEXT)
    subjects = [message_from_bytes(path.read_bytes())["Subject"] for path in sorted(tmp_path.iterdir())]
    assert subjects == [f"letter {number}" for number in range(5)]


def test_the_settings_choose(tmp_path: Path) -> None:
    files = load_settings({"MATCHMAKER_DATA": str(tmp_path)})
    smtp = load_settings({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_SMTP": "smtp://mail.example.com"})
    assert isinstance(create_mailer(files), FileMailer)
    assert isinstance(create_mailer(smtp), BackgroundMailer)
