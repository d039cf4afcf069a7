"""Name badges with a QR code for check-in, ten on an A4 page."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import segno

from matchmaker.printing.errors import QrPayloadTooLongError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Column, Workbook

# 213 bytes is the capacity of version 10 at error correction M: 57 modules, 0.4 mm each on the badge.
LONGEST_QR_PAYLOAD = 213


@dataclass(frozen=True, slots=True)
class Badge:
    """The badge of a delegate.

    `role` is the label in the coloured band (企业代表, 科研团队, 工作人员). `qr` is the content of the QR code, at most
    213 bytes of UTF-8, or empty for a badge without a QR code. `code` is printed below it and can be typed instead.

    Raises QrPayloadTooLongError if `qr` is too long.
    """

    name: str
    organization: str
    role: str
    qr: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        length = len(self.qr.encode())
        if length > LONGEST_QR_PAYLOAD:
            raise QrPayloadTooLongError(self.name, length, LONGEST_QR_PAYLOAD)


def badges_pdf(event: EventHeader, badges: Sequence[Badge], language: Language = "zh") -> bytes:
    """Badges of 90 × 54 mm, a common size of inserts and perforated paper: two by five on A4, with cutting lines."""
    return typeset("badges", event, {"badges": [_badge_for_page(badge) for badge in badges]}, language)


def badges_xlsx(event: EventHeader, badges: Sequence[Badge], language: Language = "zh") -> bytes:
    """The badges as a workbook, a row for each, for the software of a label printer."""
    words = wording(language)
    columns = [
        Column(words["person"], 18),
        Column(words["organization"], 40),
        Column(words["role"], 14),
        Column(words["code"], 12),
        Column(words["qr_code"], 60),
    ]
    rows = [(badge.name, badge.organization, badge.role, badge.code, badge.qr) for badge in badges]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["badges"], words["badges"], columns, rows)
    return workbook.to_bytes()


def _badge_for_page(badge: Badge) -> dict[str, str]:
    return {
        "name": badge.name,
        "organization": badge.organization,
        "role": badge.role,
        "qr": _qr_svg(badge.qr) if badge.qr else "",
        "code": badge.code,
    }


def _qr_svg(payload: str) -> str:
    svg = BytesIO()
    segno.make_qr(payload, error="m").save(svg, kind="svg", border=0, xmldecl=False, dark="#000")
    return svg.getvalue().decode()
