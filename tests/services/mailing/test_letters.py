"""A letter is stored with what it tells of, in its reader's language."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.services.jobs.queue import TASKS
from matchmaker.services.mailing.letters import DELIVERY, Letter, Recipient, letter, send
from matchmaker.services.platform import Platform
from tests.factories import make_user


def test_a_letter_speaks_its_readers_language(session: Session) -> None:
    user = make_user(session)
    text = "%(reader)s，您好：\n\n您已加入“%(organization)s”，现在可以发布信息、查看匹配。"
    chinese = letter(Recipient.of(user), "设置密码", text, organization="示例厂")
    assert chinese == Letter(
        user.email, "设置密码", f"{user.name}，您好：\n\n您已加入“示例厂”，现在可以发布信息、查看匹配。"
    )
    user.language = "en"
    english = letter(Recipient.of(user), "设置密码", text, organization="示例厂")
    assert english.subject == "Set password"
    assert english.text.startswith(f"Dear {user.name}")


def test_letters_are_part_of_the_callers_transaction(platform: Platform, session: Session) -> None:
    send(session, [Letter("li@example.com", "设置密码", "正文")])
    session.flush()
    session.rollback()
    assert session.scalars(select(OutgoingMail)).all() == []
    send(session, [Letter("li@example.com", "设置密码", "正文"), Letter("wang@example.com", "设置密码" * 200, "正文")])
    assert platform.queue.waiting(TASKS) == set()
    session.commit()
    stored = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [mail.to for mail in stored] == ["li@example.com", "wang@example.com"]
    assert {mail.state for mail in stored} == {MailState.WAITING}
    assert platform.queue.waiting(TASKS) == {DELIVERY}, "a worker is woken up"
