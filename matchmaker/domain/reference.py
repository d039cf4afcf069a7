"""Vocabularies of a city: districts, industries and technology fields, and the targets of the city's plan.

Loaded from ``seed_data/reference`` by ``matchmaker init``; another city edits those files.
"""

from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, term_type
from matchmaker.domain.vocabulary import IndustryCategory


class Named:
    """A code word with a Chinese and an English label. ``position`` is the order of display."""

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    zh: Mapped[str] = mapped_column(String(60))
    en: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)

    def label(self, language: str = "zh") -> str:
        """The name in the reader's language."""
        return self.en if language == "en" else self.zh


class District(Named, Base):
    """县（市、区）or 产业集聚区, as the plan names it."""

    __tablename__ = "district"

    demonstration: Mapped[bool] = mapped_column(default=False)
    """Whether the plan names it as a future demonstration district (示范县区)."""

    targets: Mapped[list["Target"]] = relationship(back_populates="district", order_by="Target.position")


class Industry(Named, Base):
    """产业领域."""

    __tablename__ = "industry"

    category: Mapped[IndustryCategory] = mapped_column(term_type(IndustryCategory))


class TechnologyField(Named, Base):
    """技术领域: the eleven fields of the national technology-contract statistics."""

    __tablename__ = "technology_field"


_UNITS_IN_ENGLISH = {"亿元": "×100 million CNY", "万元": "×10,000 CNY", "个": "", "家": "", "项": "", "人": ""}
"""Units of targets in English, which has no measure words."""


class Target(Base):
    """A target of the plan for a district, or for the city as a whole. ``source`` is its place in the plan."""

    __tablename__ = "target"

    id: Mapped[int] = mapped_column(primary_key=True)
    district_code: Mapped[str | None] = mapped_column(ForeignKey("district.code"), index=True)
    indicator: Mapped[str] = mapped_column(String(60))
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(300))
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    unit: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)

    district: Mapped[District | None] = relationship(back_populates="targets")

    def label(self, language: str = "zh") -> str:
        """The target in the reader's language."""
        return self.en if language == "en" else self.zh

    def unit_label(self, language: str = "zh") -> str:
        """The unit in the reader's language; unknown units are shown as they are."""
        return _UNITS_IN_ENGLISH.get(self.unit, self.unit) if language == "en" else self.unit
