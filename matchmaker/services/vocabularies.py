"""The city's own vocabularies: loading them from seed data, and looking words up in them."""

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.domain.postings.fields import Vocabularies
from matchmaker.domain.reference import District, Industry, Named, Target, TechnologyField
from matchmaker.domain.vocabulary import IndustryCategory

SEED_DATA = Path(__file__).resolve().parents[2] / "seed_data"

_MODELS: Mapping[str, type[Any]] = {
    "district": District,
    "industry": Industry,
    "field": TechnologyField,
}


def load_reference(session: Session, folder: Path = SEED_DATA / "reference") -> None:
    """Bring districts, industries, fields and targets to what the CSV files say. Running it again changes nothing."""
    for position, row in enumerate(_rows(folder / "districts.csv")):
        session.merge(District(**_named(row, position), demonstration=row["demonstration"] == "yes"))
    for position, row in enumerate(_rows(folder / "industries.csv")):
        session.merge(Industry(**_named(row, position), category=IndustryCategory.parse(row["category"])))
    for position, row in enumerate(_rows(folder / "fields.csv")):
        session.merge(TechnologyField(**_named(row, position)))
    session.flush()
    session.execute(delete(Target))
    for position, row in enumerate(_rows(folder / "targets.csv")):
        session.add(
            Target(
                district_code=row["district"] or None,
                indicator=row["indicator"],
                zh=row["zh"],
                en=row["en"],
                amount=Decimal(row["amount"]),
                unit=row["unit"],
                source=row["source"],
                position=position,
            )
        )
    session.commit()


def vocabularies(session: Session) -> Vocabularies:
    """For each vocabulary, every word understood (code and both labels) and the code it means."""
    return {
        name: {
            word.casefold(): row.code
            for row in session.scalars(select(model).order_by(model.position))
            for word in (row.zh, row.code, row.en)
        }
        for name, model in _MODELS.items()
    }


def choices(session: Session, vocabulary: str, language: str = "zh") -> list[tuple[str, str]]:
    """Code and label of each word of the vocabulary, in its order of display."""
    return [(row.code, row.label(language)) for row in terms(session, vocabulary)]


def terms(session: Session, vocabulary: str) -> Sequence[Named]:
    """The rows of a vocabulary (district, industry, field) in their order of display."""
    model = _MODELS[vocabulary]
    return session.scalars(select(model).order_by(model.position)).all()


def _named(row: Mapping[str, str], position: int) -> dict[str, Any]:
    return {"code": row["code"], "zh": row["zh"], "en": row["en"], "position": position}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
