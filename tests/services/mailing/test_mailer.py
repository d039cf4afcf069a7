"""Mail reaches a real server, or a file that an operator can read."""

import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from matchmaker.config import load_settings
from matchmaker.services.mailing.mailer import (
    DeliveryUncertain,
    FileMailer,
    MailError,
    Refused,
    ServerUnavailable,
    SmtpMailer,
    Undeliverable,
    create_mailer,
)
from tests.services.mailing.smtp import ReceivingServer, running

TEXT = "示例·李工，您好：\n\n请打开链接：\nhttps://match.example.com/account/password/" + "x" * 90 + "\n"


@pytest.fixture
def server() -> Iterator[ReceivingServer]:
    with running(ReceivingServer()) as receiving:
        yield receiving


def test_smtp_delivers_the_chinese_text_whole(server: ReceivingServer) -> None:
    SmtpMailer(server.url, "matchmaker@example.com").send("li@example.com", "设置密码", TEXT, key="1-2")
    message = message_from_bytes(server.received[0], policy=policy.default)
    assert (message["To"], message["Subject"]) == ("li@example.com", "设置密码")
    assert message["Message-ID"] == "<1-2.matchmaker@example.com>"
    assert message.get_content().replace("\r\n", "\n") == TEXT


def test_smtp_delivers_in_order(server: ReceivingServer) -> None:
    mailer = SmtpMailer(server.url, "对接平台 <matchmaker@example.com>")
    for number in range(3):
        mailer.send("li@example.com", str(number), TEXT)
    assert [message_from_bytes(received)["Subject"] for received in server.received] == ["0", "1", "2"]


def test_a_server_that_is_away_is_told_apart(server: ReceivingServer) -> None:
    url = server.url
    server.socket.close()
    with pytest.raises(ServerUnavailable, match="邮件服务器连不上"):
        SmtpMailer(url, "matchmaker@example.com").send("li@example.com", "设置密码", TEXT)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({b"RCPT": b"550 no such user"}, Undeliverable),
        ({b"RCPT": b"450 mailbox busy"}, Refused),
        ({b"MAIL": b"550 who are you"}, ServerUnavailable),
        ({b"DATA": b"554 no"}, Undeliverable),
        ({b"text": b"554 spam"}, Undeliverable),
        ({b"text": b"452 disk full"}, Refused),
        ({b"text": b""}, DeliveryUncertain),
        ({b"RCPT": b""}, ServerUnavailable),
        ({b"open": b""}, ServerUnavailable),
    ],
)
def test_what_the_server_answers_says_whether_to_try_again(
    server: ReceivingServer, answers: dict[bytes, bytes], error: type[MailError]
) -> None:
    server.answers = answers
    with pytest.raises(error):
        SmtpMailer(server.url, "matchmaker@example.com", timeout=5).send("li@example.com", "设置密码", TEXT)


@pytest.mark.parametrize(("command", "error"), [(b"open", ServerUnavailable), (b"text", DeliveryUncertain)])
def test_a_server_that_hangs_is_not_waited_for(server: ReceivingServer, command: bytes, error: type[MailError]) -> None:
    server.hangs_at = command
    began = time.monotonic()
    with pytest.raises(error):
        SmtpMailer(server.url, "matchmaker@example.com", timeout=0.3).send("li@example.com", "设置密码", TEXT)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("to", "subject"),
    [("li@example.com\nBcc: all@example.com", "设置密码"), ("li@example.com", "设置\n密码"), ("李@例", "设")],
)
def test_what_no_message_can_be_made_of_is_undeliverable(server: ReceivingServer, to: str, subject: str) -> None:
    with pytest.raises(Undeliverable):
        SmtpMailer(server.url, "matchmaker@example.com").send(to, subject, TEXT)
    assert server.received == []


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


def test_a_file_sent_again_under_its_key_is_one_file(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path, "matchmaker@example.com")
    for _ in range(2):
        mailer.send("li@example.com", "设置密码", TEXT, key="20300101T000000-7")
    assert [path.name for path in tmp_path.iterdir()] == ["20300101T000000-7.eml"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("no folder")
    with pytest.raises(ServerUnavailable, match=str(tmp_path / "mail")):
        FileMailer(tmp_path / "mail", "matchmaker@example.com").send("li@example.com", "设置密码", TEXT)


def test_the_settings_choose(tmp_path: Path) -> None:
    files = load_settings({"MATCHMAKER_DATA": str(tmp_path)})
    smtp = load_settings({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_SMTP": "smtp://mail.example.com"})
    assert isinstance(create_mailer(files), FileMailer)
    assert isinstance(create_mailer(smtp), SmtpMailer)
