"""Importing organizations."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.people import Organization, User
from matchmaker.services.activity import log
from matchmaker.services.posting.postings import POSTING_TYPES, bump_revision
from matchmaker.services.posting.values import REFERENCE_COLUMNS
from matchmaker.services.transfer.rows import ReadTable
from matchmaker.services.transfer.table_import import TableImport, name_key, organizations_by_name
from matchmaker.services.transfer.workbooks import Row


class OrganizationImport(TableImport):
    """Organizations, recognized by their name."""

    def __init__(self, session: Session, table: ReadTable) -> None:
        super().__init__(session, table)
        self._known = organizations_by_name(session)
        self._new: list[Organization] = []
        self._edited: list[Organization] = []

    def record(self, actor: User | None) -> None:
        """Write the organizations, and number the postings of those that were edited for the search index."""
        session = self._session
        session.flush()
        edited_ids = [organization.id for organization in self._edited]
        for model in POSTING_TYPES.values():
            # Where an organization sits is among the facts that its postings are matched by.
            postings = session.scalars(select(model).where(model.organization_id.in_(edited_ids))).all()
            if postings:
                bump_revision(session, *postings)
        for organization in self._new:
            log(session, actor, "organization", organization.id, "imported")
        for organization in self._edited:
            log(session, actor, "organization", organization.id, "edited", "import")

    def _apply_row(self, row: Row, values: dict[str, Any]) -> None:
        name = values.pop("name")
        organization = self._known.get(name_key(name))
        columns = {REFERENCE_COLUMNS.get(key, key): value for key, value in values.items()}
        if organization is None:
            organization = Organization(name=name, **columns)
            self._claim(row, organization, "name")
            self._known[name_key(name)] = organization
            self._session.add(organization)
            self._new.append(organization)
            self.report.created += 1
            return
        self._claim(row, organization, "name")
        if all(getattr(organization, key) == value for key, value in columns.items()):
            self.report.unchanged += 1
            return
        for key, value in columns.items():
            setattr(organization, key, value)
        self._edited.append(organization)
        self.report.updated += 1
