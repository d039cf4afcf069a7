"""Postings as documents for matching. Every field that has a weight becomes a section."""

from matchmaker.domain.postings.fields import fields_of
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import Side
from matchmaker.matching.text.document import Document, Facts, Section
from matchmaker.matching.text.document import Side as MatchingSide


def matching_side(side: Side) -> MatchingSide:
    """The side as the matching library names it. Convert here only: the library does not know the domain."""
    return MatchingSide(side.value)


def document_of(posting: Posting) -> Document:
    """The posting as the matching sees it. Contacts and names of people are no part of it."""
    sections = [
        (field.name, getattr(posting, field.name), field.weight) for field in fields_of(posting) if field.weight
    ]
    return Document(
        id=posting.id or 0,
        side=matching_side(posting.side),
        title=posting.title,
        sections=tuple(Section(name, text, weight) for name, text, weight in sections if text),
        facts=_facts(posting),
    )


def _facts(posting: Posting) -> Facts:
    amount = posting.amount
    organization = posting.organization
    return Facts(
        industry=posting.industry_code,
        field=posting.field_code,
        trl=posting.trl if isinstance(posting, Offer) else None,
        wanted_trl=posting.wanted_trl if isinstance(posting, Need) else None,
        amount_min=amount.minimum,
        amount_max=amount.maximum,
        negotiable=amount.negotiable,
        cooperation_modes=frozenset(mode.value for mode in posting.cooperation_modes),
        district=organization.district_code,
        city=organization.city or None,
        deadline=posting.deadline if isinstance(posting, Need) else None,
        organization_id=posting.organization_id,
        preferred_partner=posting.preferred_partner if isinstance(posting, Need) else "",
    )
