"""Postings as documents for matching. Every field that has a weight becomes a section."""

from matchmaker.domain.postings.facts import fact_values
from matchmaker.domain.postings.fields import fields_of
from matchmaker.domain.postings.posting import Need, Posting
from matchmaker.domain.vocabulary import Side
from matchmaker.matching.text.document import Document, Section
from matchmaker.matching.text.document import Side as MatchingSide
from matchmaker.matching.text.facts import Facts


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
    return Facts(
        **fact_values(posting),
        city=posting.organization.city or None,
        organization_id=posting.organization_id,
        preferred_partner=posting.preferred_partner if isinstance(posting, Need) else "",
    )
