"""Recording, mending and taking back the technology contracts of a cooperation.

The first contract brings the cooperation to 签约 and tells the ranker that the pair was worth it; when the last one is
taken back, both are undone.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.amount import parse_money, plain
from matchmaker.domain.cooperation import (
    FIRST_STAGES,
    REGISTRATION_LENGTH,
    ChangeCause,
    ContractKind,
    ContractTerms,
    Cooperation,
    Stage,
    TechnologyContract,
)
from matchmaker.domain.errors import Conflict, InvalidInput, NotFound, raise_if_any
from matchmaker.domain.learning.feedback import FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import Field, Kind, read_value
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.cooperation.access import check_version, commit, get_cooperation, take_cooperation
from matchmaker.services.learning.feedback import Pair, record, take_back

_SIGNED_ON = Field("signed_on", "签订日期", "Signed on", Kind.DATE, required=True)

_Value = TypeVar("_Value")


def read_terms(words: Mapping[str, str], today: date) -> ContractTerms:
    """What a person's words mean: ``kind``, ``signed_on``, ``contract_value``, ``technology_value`` (blank: the same)
    and ``registration_number`` (blank: not registered yet).

    Raises :class:`~matchmaker.domain.errors.ValidationErrors`, with one error for each field at fault.
    """
    problems: list[InvalidInput] = []

    def read(name: str, reader: Callable[[str], _Value]) -> _Value | None:
        try:
            return reader(words.get(name, "").strip())
        except InvalidInput as error:
            error.field = name
            problems.append(error)
            return None

    kind = read("kind", _kind)
    signed_on = read("signed_on", lambda text: _day(text, today))
    contract_value = read("contract_value", _value_of_all)
    technology_value = read("technology_value", lambda text: parse_money(text) if text else contract_value)
    registration_number = read("registration_number", _registration_number)
    if contract_value is not None and technology_value is not None and technology_value > contract_value:
        problems.append(InvalidInput(N_("技术交易额不能大于成交额"), field="technology_value"))
    raise_if_any(problems)
    assert kind is not None
    assert signed_on is not None
    assert contract_value is not None
    assert technology_value is not None
    return ContractTerms(kind, signed_on, contract_value, technology_value, registration_number)


def record_contract(
    session: Session,
    person: User,
    cooperation_id: int,
    terms: ContractTerms,
    version: int,
    at: datetime | None = None,
) -> TechnologyContract:
    """Keep what was signed. The very same contract sent twice is kept once.

    Raises :class:`NotFound` for strangers, :class:`ChangedMeanwhile` when the cooperation is no longer as the person
    saw it at ``version``, :class:`Conflict` for one that was ended, :class:`InvalidInput` for a registration number
    that another contract has.
    """
    cooperation = take_cooperation(session, person, cooperation_id)
    same = next((contract for contract in cooperation.contracts if contract.terms == terms), None)
    if same is not None:
        return same
    check_version(cooperation, version)
    if cooperation.stage is Stage.FAILED:
        raise Conflict(N_("合作已经终止；要登记合同，请先退回上一步"))
    _check_number(session, terms)
    contract = TechnologyContract(buyer=cooperation.need_organization, seller=cooperation.offer_organization)
    contract.terms = terms
    stage = Stage.CONTRACT if cooperation.stage in FIRST_STAGES else cooperation.stage
    with _one_number_each(session):
        cooperation.contracts.append(contract)
        cooperation.change(person, stage, ChangeCause.RECORDED, _in_words(terms), at)
        if (pair := _pair(person, cooperation)) is not None:
            record(session, person, pair, FeedbackKind.SIGNED)
        session.commit()
    return contract


def change_contract(
    session: Session,
    person: User,
    cooperation_id: int,
    contract_id: int,
    terms: ContractTerms,
    version: int,
    at: datetime | None = None,
) -> TechnologyContract:
    """Mend what was recorded, or add the registration number. Raises as :func:`record_contract` does."""
    cooperation = take_cooperation(session, person, cooperation_id)
    contract = _of(cooperation, contract_id)
    if contract.terms == terms:
        return contract
    check_version(cooperation, version)
    _check_number(session, terms, except_id=contract.id)
    with _one_number_each(session):
        contract.terms = terms
        cooperation.change(person, cooperation.stage, ChangeCause.CORRECTED, _in_words(terms), at)
        session.commit()
    return contract


def withdraw_contract(
    session: Session, person: User, cooperation_id: int, contract_id: int, version: int, at: datetime | None = None
) -> Cooperation:
    """Take a contract back that was recorded by mistake. Without any, the cooperation stands where it stood before."""
    cooperation = take_cooperation(session, person, cooperation_id)
    contract = _of(cooperation, contract_id)
    check_version(cooperation, version)
    if cooperation.stage is Stage.FAILED:
        raise Conflict(N_("合作已经终止；要撤回合同，请先退回上一步"))
    if not _signed_otherwise(session, contract):
        take_back(session, cooperation.need_id, cooperation.offer_id, FeedbackKind.SIGNED)
    cooperation.contracts.remove(contract)
    stage = cooperation.stage if cooperation.contracts else cooperation.stage_without_contract
    cooperation.change(person, stage, ChangeCause.TAKEN_BACK, _in_words(contract.terms), at)
    commit(session)
    return cooperation


def get_contract(session: Session, person: User, cooperation_id: int, contract_id: int) -> TechnologyContract:
    """A contract of a cooperation that the person may see; raises :class:`NotFound`."""
    return _of(get_cooperation(session, person, cooperation_id), contract_id)


def _kind(text: str) -> ContractKind:
    if not text:
        raise InvalidInput(N_("请选择合同类别"))
    return ContractKind.parse(text)


def _day(text: str, today: date) -> date:
    day: date = read_value(_SIGNED_ON, text, {})
    if day > today:
        raise InvalidInput(N_("签订日期不能晚于今天"))
    return day


def _value_of_all(text: str) -> Decimal:
    if not text:
        raise InvalidInput(N_("请填写成交额"))
    value = parse_money(text)
    if not value:
        raise InvalidInput(N_("成交额应大于零"))
    return value


def _registration_number(text: str) -> str | None:
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not number:
        return None
    if len(number) > REGISTRATION_LENGTH or not number.isascii() or not number.replace("-", "").isalnum():
        raise InvalidInput(
            N_("登记号由字母、数字和横线组成，最多 %(limit)d 位；还没有就留空"), limit=REGISTRATION_LENGTH
        )
    return number


def _of(cooperation: Cooperation, contract_id: int) -> TechnologyContract:
    contract = next((known for known in cooperation.contracts if known.id == contract_id), None)
    if contract is None:
        raise NotFound(N_("没有这份合同，它可能已被撤回"))
    return contract


def _check_number(session: Session, terms: ContractTerms, except_id: int | None = None) -> None:
    if terms.registration_number is None:
        return
    owner = session.scalar(
        select(TechnologyContract.id).where(TechnologyContract.registration_number == terms.registration_number)
    )
    if owner not in (None, except_id):
        raise _number_taken()


def _number_taken() -> InvalidInput:
    return InvalidInput(N_("这个登记号已登记在另一份合同上，请核对"), field="registration_number")


@contextmanager
def _one_number_each(session: Session) -> Iterator[None]:
    """Keep a contract with all that follows from it; somebody may have recorded another with its registration number a
    moment before.
    """
    try:
        yield
    except IntegrityError as error:
        session.rollback()
        raise _number_taken() from error


def _in_words(terms: ContractTerms) -> str:
    """The terms in the words of the history, which both sides and the organizers read."""
    number = f"，登记号 {terms.registration_number}" if terms.registration_number else ""
    values = f"成交额 {plain(terms.contract_value)} 万元，技术交易额 {plain(terms.technology_value)} 万元"
    return f"{terms.kind.zh}，{terms.signed_on.isoformat()} 签订，{values}{number}"


def _pair(person: User, cooperation: Cooperation) -> Pair | None:
    """Need and offer, seen from the side of who records the contract; an organizer's is the need side."""
    if cooperation.need is None or cooperation.offer is None:
        return None
    if cooperation.side_of(person.organization_id) is Side.OFFER:
        return Pair(cooperation.offer, cooperation.need)
    return Pair(cooperation.need, cooperation.offer)


def _signed_otherwise(session: Session, contract: TechnologyContract) -> bool:
    """Whether the contract's pair of postings has another contract, in this cooperation or an earlier one."""
    cooperation = contract.cooperation
    found = (
        select(TechnologyContract.id)
        .join(TechnologyContract.cooperation)
        .where(
            TechnologyContract.id != contract.id,
            Cooperation.need_id == cooperation.need_id,
            Cooperation.offer_id == cooperation.offer_id,
        )
    )
    return session.scalar(found.limit(1)) is not None
