"""Handing a letter over: to an SMTP server when the operator named one, otherwise into files that people can read.

What can go wrong is told apart by what it means for trying again, see :class:`MailError`.
"""

import os
import smtplib
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from matchmaker.config import Settings
from matchmaker.domain.base import now
from matchmaker.domain.errors import MatchmakerError
from matchmaker.i18n import N_

TIMEOUT = 15
"""Seconds that a server may be silent."""

_READABLE = policy.default.clone(utf8=True)
"""Headers in plain UTF-8, for files that people read."""


class MailError(MatchmakerError):
    """A letter was not handed over."""


class ServerUnavailable(MailError):
    """Nothing can be handed over at the moment, this letter or another."""


class Refused(MailError):
    """The server does not take this letter now. It may take it later."""


class Undeliverable(MailError):
    """The server will never take this letter as it is."""


class DeliveryUncertain(MailError):
    """The letter was handed over and the server did not confirm it: sent again, it might come twice."""


class Mailer(Protocol):
    """Anything that can deliver a plain-text message.

    ``repeatable`` says that a message sent twice under one ``key`` comes once.
    """

    repeatable: bool

    def send(self, to: str, subject: str, text: str, key: str = "") -> None:
        """Deliver the message, or raise :class:`MailError`."""


def create_mailer(settings: Settings) -> Mailer:
    """The mailer that the settings ask for."""
    if settings.smtp:
        return SmtpMailer(settings.smtp, settings.mail_from)
    return FileMailer(settings.data / "mail", settings.mail_from)


class FileMailer:
    """Writes each message as a file into a folder, newest last by name."""

    repeatable = True

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, to: str, subject: str, text: str, key: str = "") -> None:
        message = _message(self._sender, to, subject, text, key)
        path = self._folder / f"{key or f'{now():%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}'}.eml"
        half = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # The message may hold a one-time link: only the operator's account may read it.
            half.touch(mode=0o600)
            half.write_bytes(message.as_bytes(policy=_READABLE))
            half.replace(path)
        except OSError as error:
            raise ServerUnavailable(
                N_("邮件写不进文件夹 %(folder)s：%(reason)s"), folder=self._folder, reason=error
            ) from error


class SmtpMailer:
    """Delivers through a server given as ``smtp://USER:PASSWORD@HOST:PORT`` (STARTTLS) or ``smtps://…`` (TLS)."""

    repeatable = False

    def __init__(self, url: str, sender: str, timeout: float = TIMEOUT) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._timeout = timeout

    def send(self, to: str, subject: str, text: str, key: str = "") -> None:
        message = _message(self._sender, to, subject, text, key)
        try:
            server = self._connected()
        except OSError as error:
            raise ServerUnavailable(N_("邮件服务器连不上：%(reason)s"), reason=_reason(error)) from error
        try:
            self._hand_over(server, to, message)
        except BaseException:
            server.close()
            raise
        _leave(server)

    def _connected(self) -> smtplib.SMTP:
        secure = self._url.scheme == "smtps"
        client = smtplib.SMTP_SSL if secure else smtplib.SMTP
        port = self._url.port or (465 if secure else 587)
        server = client(self._url.hostname or "", port, timeout=self._timeout)
        try:
            if not secure:
                server.ehlo_or_helo_if_needed()
                if server.has_extn("starttls"):
                    server.starttls()
                    server.ehlo()
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, to: str, message: EmailMessage) -> None:
        try:
            server.ehlo_or_helo_if_needed()
            options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
            utf8 = not to.isascii() and server.has_extn("smtputf8")
            content = message.as_bytes(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
            _check(server.mail(self._sender, [*options, "SMTPUTF8"] if utf8 else options), ServerUnavailable)
            _check(server.rcpt(to), Undeliverable)
        except UnicodeError as error:
            raise Undeliverable(N_("邮件服务器不接受这样的地址：%(address)s"), address=to) from error
        except OSError as error:
            raise ServerUnavailable(N_("邮件服务器连不上：%(reason)s"), reason=_reason(error)) from error
        try:
            answer = server.data(content)
        except smtplib.SMTPDataError as error:
            _check((error.smtp_code, error.smtp_error), Undeliverable)
            raise
        except OSError as error:
            # The text is out. Whether the server keeps it, it did not say.
            raise DeliveryUncertain(
                N_("信交给了服务器，但它没有确认收下（%(reason)s）：对方可能收到了，也可能没有"), reason=_reason(error)
            ) from error
        _check(answer, Undeliverable)


def _check(answer: tuple[int, bytes | str], if_refused: type[MailError]) -> None:
    """Raises what a server's answer means: 4xx is for now, 5xx for good."""
    code, words = answer
    if code < 400:
        return
    reason = f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
    if code < 500:
        raise Refused(N_("邮件服务器暂时不收这封信：%(reason)s"), reason=reason)
    raise if_refused(N_("邮件服务器拒收这封信：%(reason)s"), reason=reason)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; what the server answers changes nothing any more."""
    try:
        server.quit()
    except OSError:
        server.close()


def _reason(error: OSError) -> str:
    return str(error) or type(error).__name__


def _message(sender: str, to: str, subject: str, text: str, key: str) -> EmailMessage:
    """Raises :class:`Undeliverable` for what no message can be made of."""
    message = EmailMessage()
    try:
        message["From"] = sender
        message["To"] = to
        message["Subject"] = subject
        if key:
            message["Message-ID"] = f"<{key}.matchmaker@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
        message.set_content(text, cte="8bit")
    except (ValueError, UnicodeError, IndexError) as error:
        raise Undeliverable(N_("写不成邮件：%(reason)s"), reason=error) from error
    return message
