import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import openpyxl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.postings.posting import Need
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import import_table, read_import
from matchmaker.services.transfer.report import ImportReport

HEADINGS = ["编号", "单位", "需求名称", "需求背景与技术难点"]


ROW = ["A1", "示例轴承厂", "高速轴承润滑失效", "轴承在高温下润滑脂发干，三个月就要更换一次"]


NEXT_YEAR = date.today() + timedelta(days=365)


def as_csv(*rows: Sequence[object], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[object], prepare: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    if prepare is not None:
        prepare(workbook)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def run(session: Session, content: bytes, kind: TableKind = TableKind.NEEDS, *, skip_bad: bool = False) -> ImportReport:
    return import_table(session, None, kind, read_import(kind, content), skip_bad=skip_bad)


def only_need(session: Session) -> Need:
    return session.scalars(select(Need)).one()


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


OFFER_HEADINGS = ["编号", "完成单位", "科研团队", "供给类型", "成果名称", "成熟度", "可提供的服务"]
