"""Organizers see which letters could not be sent and why, and send them again; nobody sees their texts."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.domain.vocabulary import Role
from matchmaker.services.mailing.letters import Letter, send
from matchmaker.services.mailing.mailer import Undeliverable
from matchmaker.services.mailing.outbox import deliver_waiting
from matchmaker.services.platform import Platform
from tests.factories import login, make_user


class Refusing:
    """A mailer that is told for good that there is no such reader."""

    repeatable = False

    def send(self, to: str, subject: str, text: str, key: str = "") -> None:
        raise Undeliverable("邮件服务器拒收这封信：%(reason)s", reason="550 no such user")


@pytest.fixture
def failed(platform: Platform) -> list[int]:
    with platform.database.writing() as session:
        send(session, [Letter(f"reader{number}@example.com", "设置密码", "一次性链接") for number in range(2)])
        session.commit()
    deliver_waiting(replace(platform, mailer=Refusing()))
    with platform.database.reading() as session:
        return list(session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id)))


def states(platform: Platform) -> list[MailState]:
    with platform.database.reading() as session:
        return list(session.scalars(select(OutgoingMail.state).order_by(OutgoingMail.id)))


@pytest.mark.parametrize(("language", "words"), [("zh", "邮件未发出 2"), ("en", "Unsent mail: 2")])
def test_what_failed_is_shown_without_its_text(
    client: FlaskClient, session: Session, failed: list[int], language: str, words: str
) -> None:
    organizer = make_user(session, Role.ORGANIZER)
    login(client, organizer)
    client.get(f"/language/{language}")
    page = client.get("/organizer/mail").text
    assert words in page, "the navigation says so on every page"
    assert "reader1@example.com" in page
    assert "550 no such user" in page
    assert "一次性链接" not in page


def test_letters_are_sent_again_or_given_up(
    client: FlaskClient, session: Session, platform: Platform, failed: list[int]
) -> None:
    login(client, make_user(session, Role.ORGANIZER))
    client.post(f"/organizer/mail/{failed[0]}/again")
    assert states(platform) == [MailState.WAITING, MailState.FAILED]
    client.post("/organizer/mail/again")
    assert states(platform) == [MailState.WAITING, MailState.WAITING]
    client.post(f"/organizer/mail/{failed[1]}/discard")
    assert deliver_waiting(platform) == 1
    assert client.post(f"/organizer/mail/{failed[0]}/again").status_code == 404
    page = client.get("/organizer/mail").text
    assert "没有发不出的邮件" in page
    assert "邮件未发出" not in page
