"""Lists of needs and offers with search and filters, and the page of each."""

from enum import StrEnum
from typing import TypeVar

from flask import render_template, request

from matchmaker.domain.postings.fields import CONTACT
from matchmaker.domain.postings.visibility import SUMMARY_FIELDS, VisiblePosting
from matchmaker.domain.vocabulary import CooperationMode, NeedType, OfferKind, Side
from matchmaker.services.finding.browsing import Filters, browse
from matchmaker.services.posting.postings import get_posting
from matchmaker.services.vocabularies import choices
from matchmaker.web.access import viewer
from matchmaker.web.language import current_language
from matchmaker.web.presentation import field_text
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db, platform

LONGEST_SEARCH = 500
"""Characters searched for; a longer text takes seconds to encode."""

_SAID_ELSEWHERE = SUMMARY_FIELDS | {field.name for field in CONTACT}
"""Fields that the page has above or beside the text."""

_Choice = TypeVar("_Choice", bound=StrEnum)


@blueprint.get("/needs")
def needs() -> str:
    """Open needs: the best hits, or the newest first."""
    return _list(Side.NEED)


@blueprint.get("/offers")
def offers() -> str:
    """Open outcomes and capabilities: the best hits, or the newest first."""
    return _list(Side.OFFER)


@blueprint.get("/needs/<int:need_id>")
def need(need_id: int) -> str:
    """One need, as far as the reader may see it."""
    return _posting(Side.NEED, need_id)


@blueprint.get("/offers/<int:offer_id>")
def offer(offer_id: int) -> str:
    """One offer, as far as the reader may see it."""
    return _posting(Side.OFFER, offer_id)


def _list(side: Side) -> str:
    session, language = db(), current_language()
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    vocabularies = {name: choices(session, name, language) for name in ("industry", "field", "district")}
    filters = Filters(
        industry=_known("industry", vocabularies["industry"]),
        field=_known("field", vocabularies["field"]),
        district=_known("district", vocabularies["district"]),
        need_type=_term("need_type", NeedType) if side is Side.NEED else None,
        kind=_term("kind", OfferKind) if side is Side.OFFER else None,
        mode=_term("mode", CooperationMode),
    )
    number = request.args.get("page", 1, type=int)
    page = browse(session, platform().search_index, viewer(), side, filters, text, number)
    return render_template(
        "public/postings.html",
        side=side,
        text=text,
        filters=filters,
        page=page,
        vocabularies=vocabularies,
        sorts=list(NeedType if side is Side.NEED else OfferKind),
        cooperation_modes=list(CooperationMode),
    )


def _posting(side: Side, posting_id: int) -> str:
    posting, detail = get_posting(db(), viewer(), side, posting_id)
    seen = VisiblePosting(posting, detail)
    said = [(field, field_text(field, posting)) for field in seen.fields if field.name not in _SAID_ELSEWHERE]
    return render_template(
        "public/posting.html",
        posting=posting,
        seen=seen,
        said=[(field, text) for field, text in said if text],
    )


def _known(name: str, known: list[tuple[str, str]]) -> str | None:
    """The code asked for, if the vocabulary has it: an old or mistyped address then shows the whole list."""
    code = request.args.get(name)
    return code if any(code == known_code for known_code, _ in known) else None


def _term(name: str, terms: type[_Choice]) -> _Choice | None:
    code = request.args.get(name, "")
    return next((term for term in terms if term.value == code), None)
