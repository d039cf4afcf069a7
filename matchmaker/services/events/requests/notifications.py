"""Mail to the people of an event's participants: requests for a meeting, and what changed in their schedules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.events.event import Event, Participant, PlanVersion
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind, ParticipantStatus
from matchmaker.i18n import N_, translate
from matchmaker.services.events.participation.participants import acts_for
from matchmaker.services.events.participation.recipients import people_of, people_or_organizers
from matchmaker.services.events.plan.changes import ChangeKind, MeetingChange, as_expected, plan_difference
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.mailing.letters import Letter, Recipient, letter, send

_LINES: Mapping[ChangeKind, str] = {
    ChangeKind.ADDED: N_("新增 %(after)s 与“%(partner)s”"),
    ChangeKind.MOVED: N_("改为 %(after)s（原 %(before)s）与“%(partner)s”"),
    ChangeKind.REMOVED: N_("取消 %(before)s 与“%(partner)s”"),
}

_WITHOUT_SLOT: Mapping[EventKind, str] = {
    EventKind.DOCKING: N_("由组织方安排"),
    EventKind.EXPO: N_("展期内到展位"),
}


class LapsedRequest(NamedTuple):
    """A request that was not answered in time, and which of the two is told."""

    request: MeetingRequest
    to: Participant


def request_letters(
    session: Session, request: MeetingRequest, to: Participant, news: str, person: User, words: str, address: str
) -> list[Letter]:
    """To the people of one of the two what the other did. ``news`` names the other as ``%(who)s``.

    Where nobody could read it, the organizers get it, to pass it on, but for the one who did it.
    """
    other = request.asking if to is request.asked else request.asked
    signature = "%(person)s" if acts_for(person, other) else N_("%(person)s（组织方代办）")
    letters = []
    for reader in people_or_organizers(session, [to])[to.id]:
        if reader is person:
            continue
        asked_for = None if request.starts_at is None else Placement(request.starts_at, None)
        slot = "" if asked_for is None else _place_text(request.event, asked_for, reader.language)
        letters.append(
            letter(
                Recipient.of(reader),
                news,
                N_(
                    "%(reader)s，您好：\n\n%(news)s。\n\n活动：%(event)s\n参会方：%(to)s\n时段：%(slot)s\n\n%(words)s\n\n"
                    "——%(person)s\n\n请在这里查看和答复：\n%(address)s"
                ),
                who=other.name,
                news=translate(news, reader.language, who=other.name),
                event=request.event.name,
                to=to.name,
                slot=slot or translate(_WITHOUT_SLOT[request.event.kind], reader.language),
                words=words or "—",
                person=translate(signature, reader.language, person=person.name),
                address=address,
            )
        )
    return letters


def lapsed_letters(session: Session, event: Event, lapsed: Sequence[LapsedRequest], address: str) -> list[Letter]:
    """To the people of both sides which of their requests nobody answered; one letter each, whatever it lists."""
    readers = people_or_organizers(session, [one.to for one in lapsed])
    by_reader: defaultdict[User, list[LapsedRequest]] = defaultdict(list)
    for one in lapsed:
        for reader in readers[one.to.id]:
            by_reader[reader].append(one)
    return [_lapsed_letter(event, reader, theirs, address) for reader, theirs in by_reader.items()]


def _lapsed_letter(event: Event, reader: User, lapsed: Sequence[LapsedRequest], address: str) -> Letter:
    return letter(
        Recipient.of(reader),
        N_("“%(event)s”：约见请求过了时限"),
        N_(
            "%(reader)s，您好：\n\n以下约见请求没有在时限内得到答复，已经失效，时段重新放开：\n\n%(requests)s\n\n"
            "还想见面可以再约：\n%(address)s"
        ),
        event=event.name,
        requests="\n".join(f"· {_lapsed_line(event, one, reader.language)}" for one in lapsed),
        address=address,
    )


def _lapsed_line(event: Event, lapsed: LapsedRequest, language: str) -> str:
    request, slot = lapsed.request, lapsed.request.starts_at
    if lapsed.to is request.asked:
        line = N_("“%(asking)s”约“%(asked)s”（%(slot)s）：请求已撤下")
    elif request.asked.status is ParticipantStatus.CONFIRMED:
        line = N_("“%(asking)s”约“%(asked)s”（%(slot)s）：对方没有答复")
    else:
        line = N_("“%(asking)s”约“%(asked)s”（%(slot)s）：对方不参会了")
    return translate(
        line,
        language,
        asking=request.asking.name,
        asked=request.asked.name,
        slot=_place_text(event, Placement(slot, None), language) if slot else translate(N_("由组织方安排"), language),
    )


def tell_changes(
    session: Session, event: Event, before: PlanVersion | None, after: PlanVersion, address: str = ""
) -> int:
    """Write to the people of each confirmed participant what a newly published version changed for them, and only that.

    ``before`` is the version published until now, ``None`` for the first; ``address`` is where they find their
    schedule. Who acts for several participants gets one message. Commits the version with its letters; returns how
    many were written to.
    """
    changes = plan_difference(before, after, as_expected).by_participant()
    participants = {
        participant.id: participant
        for participant in session.scalars(
            select(Participant)
            .where(Participant.event_id == event.id)
            .options(joinedload(Participant.organization), joinedload(Participant.team))
            .order_by(Participant.id)
        )
    }
    concerned = [
        participant
        for participant in participants.values()
        if participant.id in changes and participant.status is ParticipantStatus.CONFIRMED
    ]
    by_reader: defaultdict[User, list[Participant]] = defaultdict(list)
    for participant_id, readers in people_of(session, concerned).items():
        for reader in readers:
            by_reader[reader].append(participants[participant_id])
    letters = [
        _changes_letter(event, reader, theirs, participants, changes, after, address)
        for reader, theirs in by_reader.items()
    ]
    send(session, letters)
    session.commit()
    return len(letters)


def _changes_letter(
    event: Event,
    reader: User,
    theirs: Sequence[Participant],
    participants: Mapping[int, Participant],
    changes: Mapping[int, Sequence[MeetingChange]],
    version: PlanVersion,
    address: str,
) -> Letter:
    language = reader.language
    blocks = []
    for participant in theirs:
        lines = [change_line(participant, change, participants, language) for change in changes[participant.id]]
        blocks.append("\n".join([participant.name, *(f"· {line}" for line in lines)]))
    text = N_(
        "%(reader)s，您好：\n\n第 %(version)d 版日程已公布，与您有关的变化：\n\n%(changes)s\n\n没有列出的洽谈照旧。"
    )
    written = letter(
        Recipient.of(reader),
        N_("“%(event)s”：您的洽谈日程有变化"),
        text,
        event=event.name,
        version=version.version,
        changes="\n\n".join(blocks),
    )
    if not address:
        return written
    where = translate(N_("完整日程：%(address)s"), language, address=address)
    return Letter(written.to, written.subject, f"{written.text}\n\n{where}")


def change_line(
    participant: Participant, change: MeetingChange, participants: Mapping[int, Participant], language: str
) -> str:
    """One change for the participant in the reader's language, the partner by name."""
    event, partner = participant.event, participants.get(change.partner_of(participant.id))
    before, after = Placement.of(change.before), Placement.of(change.after)
    return translate(
        _LINES[change.kind],
        language,
        partner=partner.name if partner else translate(N_("已退出的参会方"), language),
        before="" if before is None else _place_text(event, before, language),
        after="" if after is None else _place_text(event, after, language),
    )


def _place_text(event: Event, place: Placement, language: str) -> str:
    end = place.starts_at + event.slot_length
    text = f"{place.starts_at:%m-%d %H:%M}–{end:%H:%M}"
    if place.table is None:
        return text
    room = event.room_of(place.table)
    table = translate(N_("%(table)d 号桌"), language, table=place.table)
    return " ".join((text, *([room.name] if room else []), table))
