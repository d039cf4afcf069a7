import json

from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.report import Finding, ImportReport


def test_a_report_is_json_with_the_reasons_in_the_readers_language() -> None:
    error = InvalidInput(N_("缺少列：%(missing)s。表里的列是：%(present)s"), missing="单位", present="名称")
    report = ImportReport(TableKind.NEEDS, rows=2, created=1, bad_rows=1, problems=[Finding(3, "单位", "?", error)])
    chinese, english = (json.loads(json.dumps(report.to_dict(language))) for language in ("zh", "en"))
    assert (chinese["kind"], chinese["imported"], chinese["rows"], chinese["bad_rows"]) == ("needs", False, 2, 1)
    (problem,) = chinese["problems"]
    assert {name: problem[name] for name in ("row", "column", "value")} == {"row": 3, "column": "单位", "value": "?"}
    assert problem["reason"].startswith("缺少列：单位")
    assert english["problems"][0]["reason"] != problem["reason"]
    assert chinese["warnings"] == []
