"""Print templates: the columns that an organizer wants on a sheet, saved under a name for all organizers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput, LabelList, NotFound
from matchmaker.domain.events.print_template import PrintTemplate
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import letters_in, one_line
from matchmaker.i18n import N_
from matchmaker.printing.sheets import match_list, schedules, sign_in
from matchmaker.printing.wording import wording
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer

NAME_LENGTH = 60

_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "match-list": match_list.COLUMNS,
    "schedules": schedules.COLUMNS,
    "sign-in": sign_in.COLUMNS,
}


def takes_columns(what: str) -> bool:
    """Whether the columns of this kind of sheet can be chosen."""
    return what in _COLUMNS


def available_columns(what: str, language: str = "zh") -> dict[str, str]:
    """The columns that the sheet can have, with their headings. Raises :class:`NotFound` for a sheet without."""
    words = wording("en" if language == "en" else "zh")
    return {key: words[key] for key in _known(what)}


def list_templates(session: Session) -> dict[str, list[PrintTemplate]]:
    """All templates by kind of sheet, each kind's by name; every kind that can have some is there."""
    templates = session.scalars(select(PrintTemplate).order_by(PrintTemplate.name)).all()
    return {what: [template for template in templates if template.what == what] for what in _COLUMNS}


def columns_of(session: Session, what: str, name: str) -> tuple[str, ...]:
    """The columns that were saved under the name. Raises :class:`NotFound`."""
    template = _find(session, what, name)
    if template is None:
        raise NotFound(N_("没有名为“%(name)s”的打印模板"), name=name)
    return tuple(template.columns)


def save_template(session: Session, actor: User | None, what: str, name: str, columns: Sequence[str]) -> PrintTemplate:
    """Save the columns under a name; one of that name is replaced.

    Raises :class:`NotFound` for a kind of sheet without templates, :class:`InvalidInput` for a bad name and for columns
    that are unknown, given twice, or none.
    """
    check_organizer(actor)
    known = _known(what)
    name = one_line(name)
    if not letters_in(name):
        raise InvalidInput(N_("请给模板起个名字"), field="name")
    if len(name) > NAME_LENGTH:
        raise InvalidInput(
            N_("最多 %(limit)d 字，现有 %(length)d 字"), field="name", limit=NAME_LENGTH, length=len(name)
        )
    if not columns:
        raise InvalidInput(N_("至少选一栏"), field="columns")
    for column in columns:
        if column not in known:
            raise InvalidInput(
                N_("没有“%(column)s”这一栏，可选：%(known)s"), field="columns", column=column, known=LabelList(known)
            )
    if len(set(columns)) < len(columns):
        raise InvalidInput(N_("同一栏选了两次"), field="columns")
    template = _find(session, what, name)
    if template is None:
        template = PrintTemplate(what=what, name=name)
        session.add(template)
    template.columns, template.made_by = list(columns), actor
    session.flush()
    log(session, actor, "print template", template.id, "saved", f"{what}: {name}")
    session.commit()
    return template


def delete_template(session: Session, actor: User | None, template_id: int) -> None:
    """Delete a template; one that is gone already is no matter."""
    check_organizer(actor)
    template = session.get(PrintTemplate, template_id)
    if template is not None:
        log(session, actor, "print template", template.id, "deleted", f"{template.what}: {template.name}")
        session.delete(template)
    session.commit()


def _known(what: str) -> Mapping[str, Any]:
    if what not in _COLUMNS:
        raise NotFound(N_("这种打印件的栏目是固定的，不能用模板"))
    return _COLUMNS[what]


def _find(session: Session, what: str, name: str) -> PrintTemplate | None:
    return session.scalar(select(PrintTemplate).where(PrintTemplate.what == what, PrintTemplate.name == name))
