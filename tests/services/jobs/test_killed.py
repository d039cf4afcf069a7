"""A worker is killed in the middle of its work: what it did stands, what it had not done is done by the next one."""

from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from matchmaker.domain.job import Message, message_text
from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.services.database import Database
from matchmaker.services.mailing.letters import Letter, send
from matchmaker.services.mailing.outbox import send_again
from tests.services.jobs.doomed import DoomedWorkers, wait_until
from tests.services.mailing.smtp import ReceivingServer, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

LETTERS = 200


def store_letters(database: Database) -> None:
    with database.writing() as session:
        session.execute(delete(OutgoingMail))
        send(session, [Letter(f"reader{number}@example.com", f"letter {number}", "正文") for number in range(LETTERS)])
        session.commit()


def states(database: Database) -> dict[str, MailState]:
    with database.reading() as session:
        return {mail.subject: mail.state for mail in session.scalars(select(OutgoingMail))}


def errors(database: Database, state: MailState) -> list[Message | None]:
    with database.reading() as session:
        return list(session.scalars(select(OutgoingMail.error).where(OutgoingMail.state == state)))


def settled(database: Database) -> bool:
    return set(states(database).values()) <= {MailState.SENT, MailState.FAILED}


def received(server: ReceivingServer) -> Counter[str]:
    return Counter(str(message_from_bytes(message)["Subject"]) for message in server.received)


def test_each_letter_to_a_server_is_sent_once_or_shown_as_failed(database: Database, tmp_path: Path) -> None:
    store_letters(database)
    with running(ReceivingServer(pause=0.02)) as server:
        workers = DoomedWorkers(database, tmp_path, {"MATCHMAKER_SMTP": server.url})
        workers.killed_when(lambda: len(server.received) >= LETTERS // 2)
        assert MailState.WAITING in states(database).values(), "it was in the middle"
        with workers.running():
            wait_until(lambda: settled(database))
        came = received(server)
        assert max(came.values()) == 1
        failed = {subject for subject, state in states(database).items() if state is MailState.FAILED}
        assert set(came) | failed == {f"letter {number}" for number in range(LETTERS)}
        assert len(failed) <= 1, "the one that was being handed over"
        assert all("可能收到了" in message_text(error, "zh") for error in errors(database, MailState.FAILED))
        with database.writing() as session:
            assert send_again(session) == len(failed)
        with workers.running():
            wait_until(lambda: set(states(database).values()) == {MailState.SENT})
        assert set(received(server)) == {f"letter {number}" for number in range(LETTERS)}


def test_each_letter_to_the_folder_is_there_once(database: Database, tmp_path: Path) -> None:
    store_letters(database)
    workers = DoomedWorkers(database, tmp_path)
    # Each letter is taken and settled by such a statement: killed between the file and the mark.
    workers.killed_after("UPDATE outgoing_mail", LETTERS)
    assert {MailState.WAITING, MailState.SENT} <= set(states(database).values()), "it was in the middle"
    with workers.running():
        wait_until(lambda: set(states(database).values()) == {MailState.SENT})
    files = [message_from_bytes(path.read_bytes()) for path in (tmp_path / "mail").glob("*.eml")]
    assert Counter(str(file["Subject"]) for file in files) == {f"letter {number}": 1 for number in range(LETTERS)}
