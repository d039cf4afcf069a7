"""Downloads of tables as CSV or XLSX."""

from io import BytesIO

from flask import abort, send_file
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput
from matchmaker.services.transfer.exporting import check_ending

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


def asked_ending(ending: str) -> str:
    """The file type in the URL in lower case; 404 for anything but CSV and XLSX."""
    try:
        return check_ending(ending)
    except InvalidInput:
        abort(404)


def send_table(content: bytes, name: str, ending: str) -> Response:
    """Send the file under a name without path separators."""
    download_name = f"{name}.{ending}".replace("/", "-")
    return send_file(BytesIO(content), _TYPES[ending], as_attachment=True, download_name=download_name, max_age=0)
