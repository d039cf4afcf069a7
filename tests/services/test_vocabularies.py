import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.reference import District, Industry, Target, TechnologyField
from matchmaker.services.vocabularies import choices, load_reference, terms, vocabularies


def test_loading_again_changes_nothing(session: Session) -> None:
    def state() -> list[object]:
        rows = [
            (one.code, one.zh, one.en, one.position) for m in (District, Industry) for one in session.scalars(select(m))
        ]
        return [*rows, session.scalar(select(func.count()).select_from(Target))]

    before = state()
    load_reference(session)
    assert state() == before


@pytest.mark.parametrize(
    ("name", "model"), [("district", District), ("industry", Industry), ("field", TechnologyField)]
)
def test_a_word_is_understood_by_its_code_and_in_both_languages(session: Session, name: str, model: type) -> None:
    words = vocabularies(session)[name]
    for row in session.scalars(select(model)):
        assert {words[word.casefold()] for word in (row.code, row.zh, row.en)} == {row.code}


def test_choices_stand_in_the_order_of_the_file_in_the_readers_language(session: Session) -> None:
    rows = terms(session, "district")
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    assert choices(session, "district") == [(row.code, row.zh) for row in rows]
    assert choices(session, "district", "en") == [(row.code, row.en) for row in rows]
