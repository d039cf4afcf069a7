"""A posting as the matching sees it."""

from datetime import date

from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import OfferKind, OrganizationKind, Side
from matchmaker.matching.text.document import Side as MatchingSide
from matchmaker.services.posting.documents import document_of, matching_side

FIRM = Organization(id=7, name="示例轴承厂", kind=OrganizationKind.ENTERPRISE, city="洛阳")


def need(**values: object) -> Need:
    return Need(id=3, title="轴承剥落", organization=FIRM, organization_id=7, cooperation_modes=[], **values)


def test_texts_with_a_weight_are_sections_and_empty_ones_are_left_out() -> None:
    document = document_of(need(problem="滚道早期剥落。", preferred_partner=""))
    assert (document.id, document.side, document.title) == (3, MatchingSide.NEED, "轴承剥落")
    assert [(section.name, section.text) for section in document.sections] == [("problem", "滚道早期剥落。")]
    assert all(section.weight > 0 for section in document.sections)


def test_contacts_are_no_part_of_it() -> None:
    document = document_of(
        need(problem="剥落。", contact_name="李工", contact_phone="0379-1", contact_email="li@example.com")
    )
    assert not any(secret in repr(document) for secret in ("李工", "0379-1", "li@example.com"))


def test_whose_it_is_and_where_are_facts() -> None:
    document = document_of(need(problem="剥落。", deadline=date(2030, 1, 1), preferred_partner="高校"))
    assert (document.facts.city, document.facts.organization_id) == ("洛阳", 7)
    assert document.facts.preferred_partner == "高校"
    offer = document_of(
        Offer(title="润滑脂", kind=OfferKind.OUTCOME, organization=FIRM, organization_id=7, cooperation_modes=[])
    )
    assert (offer.id, offer.side, offer.facts.preferred_partner) == (0, MatchingSide.OFFER, "")


def test_the_library_has_a_side_for_each_of_ours() -> None:
    assert [matching_side(side) for side in (Side.NEED, Side.OFFER)] == [MatchingSide.NEED, MatchingSide.OFFER]
