"""Sending mail: by SMTP when the operator named a server, otherwise into files an operator can read."""

import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from matchmaker.config import Settings
from matchmaker.domain.base import now

_READABLE = policy.default.clone(utf8=True)
"""Headers in plain UTF-8, for files that people read."""

_logger = logging.getLogger(__name__)


class Mailer(Protocol):
    """Anything that can deliver a plain-text message."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Deliver the message, or see to it that it is delivered soon."""


def create_mailer(settings: Settings) -> Mailer:
    """The mailer that the settings ask for."""
    if settings.smtp:
        return BackgroundMailer(SmtpMailer(settings.smtp, settings.mail_from))
    return FileMailer(settings.data / "mail", settings.mail_from)


class FileMailer:
    """Writes each message as a file into a folder, newest last by name."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, to: str, subject: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{now():%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}.eml"
        # The message may hold a one-time link: only the operator's account may read it.
        path.touch(mode=0o600)
        path.write_bytes(_message(self._sender, to, subject, text).as_bytes(policy=_READABLE))


class BackgroundMailer:
    """Hands each message to another mailer in a thread of its own, in order, and logs what could not be delivered.

    Nobody waits for a slow server, no transaction is held open for it, and the time an answer takes does not tell
    whether there was an account to write to.
    """

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")

    def send(self, to: str, subject: str, text: str) -> None:
        self._thread.submit(self._deliver, to, subject, text)

    def close(self) -> None:
        """Wait until everything was delivered or given up."""
        self._thread.shutdown()

    def _deliver(self, to: str, subject: str, text: str) -> None:
        try:
            self._mailer.send(to, subject, text)
        except OSError:
            _logger.exception("mail to %s could not be delivered", to)


class SmtpMailer:
    """Delivers through a server given as ``smtp://USER:PASSWORD@HOST:PORT`` (STARTTLS) or ``smtps://…`` (TLS)."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    def send(self, to: str, subject: str, text: str) -> None:
        secure = self._url.scheme == "smtps"
        client = smtplib.SMTP_SSL if secure else smtplib.SMTP
        port = self._url.port or (465 if secure else 587)
        with client(self._url.hostname or "", port, timeout=20) as server:
            if not secure and server.has_extn("starttls"):
                server.starttls()
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(_message(self._sender, to, subject, text))


def _message(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text, cte="8bit")
    return message
