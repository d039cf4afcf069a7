"""Functions and filters for templates."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from matchmaker.domain.amount import plain
from matchmaker.domain.learning.feedback import DismissalCause
from matchmaker.domain.postings.facts import modes_text
from matchmaker.domain.postings.fields import Field, Kind, fields_of
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import (
    EventStatus,
    MeetingStatus,
    OfferKind,
    OrganizationKind,
    ParticipantStatus,
    PostingStatus,
    Role,
    Side,
    Term,
)
from matchmaker.matching.ranking.explanation import Span
from matchmaker.matching.text.facts import Verdict
from matchmaker.printing.sheets import hall_plan
from matchmaker.printing.sheets.hall_plan import PlannedBooth, industry_colour
from matchmaker.services.events.timing import is_over
from matchmaker.services.mailing.outbox import count_failed
from matchmaker.web.access import Audience, belongs_to, viewer
from matchmaker.web.fact_lines import fact_line, matters_to, obstacles
from matchmaker.web.language import current_language
from matchmaker.web.request_context import platform

_VOCABULARIES = (
    DismissalCause,
    EventStatus,
    MeetingStatus,
    OfferKind,
    OrganizationKind,
    ParticipantStatus,
    PostingStatus,
    Role,
    Side,
    Verdict,
)


def register_presentation(app: Flask) -> None:
    """Register the functions and filters of this module for every template."""
    app.jinja_env.filters.update(
        label=label,
        day=day,
        moment=moment,
        marked=marked,
        excerpt=excerpt,
        brief=brief,
        with_article=with_article,
        obstacles=obstacles,
        plain=plain,
    )
    app.jinja_env.globals.update(
        viewer=viewer,
        language=current_language,
        field_label=field_label,
        fact_line=fact_line,
        matters_to=matters_to,
        matches_link=matches_link,
        page_link=page_link,
        is_over=is_over,
        failed_letters=failed_letters,
        industry_colour=industry_colour,
        hall_picture=hall_picture,
        **{vocabulary.__name__: vocabulary for vocabulary in _VOCABULARIES},
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def hall_picture(booths: Sequence[PlannedBooth]) -> Markup:
    """The booths of a hall as SVG within the page."""
    return Markup(hall_plan.hall_picture(booths))


def failed_letters() -> int:
    """How many letters finally failed, for the organizers' navigation. In a session of its own: the page may be about
    an error that broke the request's.
    """
    with platform().database.reading() as session:
        return count_failed(session)


def label(value: Any) -> str:
    """A term, a vocabulary's row or an amount in the reader's language; nothing for nothing."""
    return "" if value is None else str(value.label(current_language()))


def day(value: date | None) -> str:
    """A day as 2027-06-30; nothing for nothing."""
    return "" if value is None else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """A local time as 2027-06-30 09:20; nothing for nothing."""
    return "" if value is None else f"{value:%Y-%m-%d %H:%M}"


def with_article(term: Term) -> str:
    """A term within a sentence: “an outcome” in English, as it is in Chinese."""
    if current_language() == "zh":
        return term.zh
    word = term.en[0].lower() + term.en[1:]
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def field_label(name: str, posting: Posting) -> str:
    """What the posting's kind calls the field, in the reader's language."""
    return next(field for field in fields_of(posting) if field.name == name).label(current_language())


def field_text(field: Field, posting: Posting) -> str:
    """What the posting says in the field, in the reader's language; empty for nothing."""
    value = getattr(posting, field.name)
    match field.kind:
        case Kind.AMOUNT | Kind.TERM | Kind.REFERENCE:
            return label(value)
        case Kind.TERMS:
            return modes_text(value, current_language())
        case Kind.TRL:
            return f"TRL {value}" if value else ""
        case Kind.DATE:
            return day(value)
        case _:
            return str(value)


def marked(span: Span) -> Markup:
    """A quoted passage with its highlights marked; everything else escaped."""
    return _marked(span, 0, len(span.text))


def excerpt(span: Span, length: int = 56) -> Markup:
    """The stretch of a quoted passage that has most highlights, at most ``length`` characters, for one line."""
    start = _richest_start(span, length)
    end = min(len(span.text), start + length)
    before, after = "…" if start > 0 else "", "…" if end < len(span.text) else ""
    return Markup("{}{}{}").format(before, _marked(span, start, end), after)


def brief(text: str, length: int = 90) -> str:
    """The beginning of a text, as one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[:length].rstrip()}…"


def matches_link(posting: Posting) -> str | None:
    """Where its own people see the ranked other side of a posting; ``None`` for everyone else."""
    account = viewer()
    if account is None or not (account.organizes or account.organization_id == posting.organization_id):
        return None
    if posting.side is Side.NEED:
        return url_for("enterprise.matches", need_id=posting.id) if belongs_to(account, Audience.NEED_SIDE) else None
    return url_for("research.matches", offer_id=posting.id) if belongs_to(account, Audience.OFFER_SIDE) else None


def page_link(number: int) -> str:
    """This same list at another page."""
    chosen = {name: values for name, values in request.args.lists() if name != "page" and any(values)}
    return f"{request.path}?{urlencode(chosen | {'page': [str(number)]}, doseq=True)}"


def _marked(span: Span, start: int, end: int) -> Markup:
    pieces: list[Markup] = []
    place = start
    for first, last in span.highlights:
        first, last = max(first, place), min(last, end)
        if first < last:
            pieces.append(escape(span.text[place:first]))
            pieces.append(Markup("<mark>{}</mark>").format(span.text[first:last]))
            place = last
    pieces.append(escape(span.text[place:end]))
    return Markup("").join(pieces)


def _richest_start(span: Span, length: int) -> int:
    """Where to begin so that most highlighted characters fall within ``length``, with a little context before."""
    if len(span.text) <= length:
        return 0
    latest = len(span.text) - length
    starts = [0, *(max(0, min(first - length // 8, latest)) for first, _ in span.highlights)]

    def highlighted(start: int) -> int:
        return sum(max(0, min(last, start + length) - max(first, start)) for first, last in span.highlights)

    return max(starts, key=highlighted)
