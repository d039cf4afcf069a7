"""Reads printed files back, as the tests of this folder compare them."""

from io import BytesIO

from openpyxl import Workbook, load_workbook
from pypdf import PdfReader


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without white space: where a line breaks in a column is the layout's affair."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def text_of(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def without_spaces(text: str) -> str:
    return "".join(text.split())


def workbook_of(xlsx: bytes) -> Workbook:
    return load_workbook(BytesIO(xlsx))


def rows_of(xlsx: bytes, sheet: str) -> list[tuple[object, ...]]:
    """The rows below the headings."""
    return list(workbook_of(xlsx)[sheet].iter_rows(min_row=4, values_only=True))
