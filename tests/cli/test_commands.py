"""Exit codes, JSON on stdout and nothing else there, messages in the operator's language, no tracebacks."""

import json
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from matchmaker.cli.language import chosen_language
from matchmaker.domain.base import now
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import OrganizationKind, Side
from matchmaker.services.database import Database
from matchmaker.services.demo.city import load_demo, load_history, store_vectors
from matchmaker.services.indexing.search_index import DatabaseVectorStore, SearchIndex
from tests.cli.conftest import CommandLine
from tests.docking import make_docking
from tests.factories import make_need, make_offer, make_organization

pytestmark = pytest.mark.slow

NEEDS = "编号,单位,需求名称,需求背景与技术难点\nA1,示例轴承厂,高速轴承润滑失效,润滑脂在高温下三个月就发干\n"


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    path = tmp_path / "需求.csv"
    path.write_text(NEEDS, encoding="utf-8")
    return path


@pytest.fixture
def city(command: CommandLine) -> CommandLine:
    """The demo city with its vectors."""
    database = Database(f"sqlite:///{command.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        load_demo(session)
    store_vectors(DatabaseVectorStore(database, "e5"), "e5")
    search_index = SearchIndex(database, "e5")
    search_index.refresh()
    with database.writing() as session:
        load_history(session, search_index)
    database.engine.dispose()
    return command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("frobnicate",), "frobnicate"),
        (("match", "--bogus"), "--bogus"),
        (("match",), "只给一个"),
        (("match", "--need", "1", "--text", "x"), "只给一个"),
        (("match", "--text", "  "), "空的"),
        (("match", "--need", "999"), "没有这条信息"),
        (("match", "--text", "x", "-k", "0"), "-k"),
        (("import",), "缺少"),
        (("import", "{needs}"), "--kind"),
        (("import", "{needs}", "--kind", "people"), "--kind"),
        (("import", "{needs}", "--kind", "offers"), "缺少列"),
        (("import", "nowhere.csv", "--kind", "needs"), "nowhere.csv"),
        (("export", "--kind", "needs", "-o", "{folder}/x.xls"), ".xlsx 或 .csv"),
        (("evaluate", "nowhere"), "nowhere"),
        (("event", "build", "没有的"), "没有的"),
        (("event", "print", "没有的", "-o", "{folder}/x.pdf"), "没有的"),
        (("event", "print", "x", "-o", "{folder}/x.doc"), ".pdf 或 .xlsx"),
        (("event", "print", "x", "--what", "all", "-o", "{folder}/x.pdf"), ".zip"),
        (("event", "print", "x", "--what", "secrets", "-o", "{folder}/x.pdf"), "--what"),
        (("user", "create", "--email", "nobody", "--role", "admin"), "邮箱"),
        (("serve", "--port", "0"), "--port"),
        (("backup",), "缺少"),
        (("restore", "{needs}"), "不是完好的备份"),
    ],
)
def test_bad_input_is_code_2_with_the_reason(
    command: CommandLine, needs: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = command.run(*(argument.format(needs=needs, folder=needs.parent) for argument in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failure_is_code_1(command: CommandLine) -> None:
    done = command.run("export", "--kind", "needs", "-o", command.data / "no such folder" / "x.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert "出错了" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_database_is_told(tmp_path: Path) -> None:
    done = CommandLine(tmp_path).run("index", "status")
    assert done.returncode == 2
    assert "matchmaker init" in done.stderr


def test_bad_settings_are_told(command: CommandLine) -> None:
    done = command.run("index", "status", extra={"MATCHMAKER_REVIEW": "maybe"})
    assert done.returncode == 2
    assert "MATCHMAKER_REVIEW" in done.stderr


def test_a_backup_comes_back(command: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("backups") / "city.zip"
    made = json.loads(command.run("backup", file, "--json").stdout)
    assert file.exists()
    asked = command.run("restore", file)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "--yes" in asked.stderr
    assert json.loads(command.run("restore", file, "--yes", "--json").stdout) == made
    other = CommandLine(tmp_path_factory.mktemp("other city"))
    restored = other.run("restore", file)
    assert (restored.returncode, restored.stdout) == (0, "")
    assert other.run("event", "list", "--json").stdout.strip() == "[]"


def test_init_can_be_repeated(tmp_path: Path) -> None:
    command = CommandLine(tmp_path)
    assert [command.run("init").returncode for _ in range(2)] == [0, 0]
    assert command.run("event", "list", "--json").stdout.strip() == "[]"


def test_init_demo_brings_up_a_city_without_encoding(tmp_path: Path) -> None:
    command = CommandLine(tmp_path)
    done = command.run("init", "--demo")
    assert done.returncode == 0, done.stderr
    assert "matchmaker-demo" in done.stdout
    assert done.stderr == "", "a progress bar would mean that texts had to be encoded"
    assert len(json.loads(command.run("event", "list", "--json").stdout)) == 3


def test_import_dry_run_then_import_then_again(command: CommandLine, needs: Path) -> None:
    dry = command.run("import", needs, "--kind", "needs", "--dry-run", "--json")
    assert json.loads(dry.stdout)["imported"] is False
    first = json.loads(command.run("import", needs, "--kind", "needs", "--json").stdout)
    assert (first["imported"], first["created"], first["new_organizations"]) == (True, 1, ["示例轴承厂"])
    again = json.loads(command.run("import", needs, "--kind", "needs", "--json").stdout)
    assert (again["created"], again["unchanged"]) == (0, 1)


def test_import_of_bad_rows(command: CommandLine, needs: Path) -> None:
    needs.write_text(NEEDS + "A2,示例厂,N,没有什么可说的内容\n", encoding="utf-8")
    refused = command.run("import", needs, "--kind", "needs", "--json")
    assert refused.returncode == 2
    (problem,) = json.loads(refused.stdout)["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (3, "需求名称", "N")
    told = command.run("import", needs, "--kind", "needs")
    assert told.returncode == 2
    assert "第 3 行“需求名称”" in told.stderr
    skipped = command.run("import", needs, "--kind", "needs", "--skip-bad", "--json")
    assert (skipped.returncode, json.loads(skipped.stdout)["created"]) == (0, 1)


def test_export_gives_back_what_import_takes(command: CommandLine, needs: Path) -> None:
    command.run("import", needs, "--kind", "needs")
    for name in ("out.xlsx", "out.csv"):
        assert command.run("export", "--kind", "needs", "-o", command.data / name).returncode == 0
        report = json.loads(command.run("import", command.data / name, "--kind", "needs", "--json").stdout)
        assert (report["rows"], report["unchanged"]) == (1, 1)


def test_user_create_prints_a_link(command: CommandLine) -> None:
    done = command.run("user", "create", "--email", "a@example.com", "--role", "organizer")
    assert done.returncode == 0
    assert done.stdout.startswith("http://127.0.0.1:8000/account/password/")
    twice = command.run("user", "create", "--email", "A@example.com", "--role", "organizer")
    assert twice.returncode == 2


def test_match_ranks_with_scores_components_and_reasons(city: CommandLine) -> None:
    done = city.run("match", "--text", "高铁轴承疲劳寿命与润滑", "-k", "5", "--json")
    assert done.returncode == 0, done.stderr
    matches = json.loads(done.stdout)["matches"]
    assert len(matches) == 5
    assert "轴承" in matches[0]["title"]
    scores = [match["score"] for match in matches]
    assert scores[0] == max(scores)
    assert all(below - above < 5 for above, below in pairwise(scores)), "but for those who are near everybody"
    assert all(0 <= score <= 100 for score in scores)
    assert matches[0]["components"]
    reason = matches[0]["reasons"][0]["offer"]
    assert any("轴承" in reason["text"][start:end] or end > start for start, end in reason["highlights"])


def test_match_of_a_stored_need_leaves_out_its_own_organization(command: CommandLine) -> None:
    database = Database(f"sqlite:///{command.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        owner = make_organization(session)
        need = make_need(session, owner, title="轴承润滑脂")
        make_offer(session, owner, title="轴承润滑脂")
        other = make_offer(session, make_organization(session, OrganizationKind.INSTITUTE), title="润滑脂配方")
        need_id, offer_id = need.id, other.id
    database.engine.dispose()
    answer = json.loads(command.run("match", "--need", need_id, "--json").stdout)
    assert [match["id"] for match in answer["matches"]] == [offer_id]
    back = json.loads(command.run("match", "--offer", offer_id, "--json").stdout)
    assert [(match["side"], match["id"]) for match in back["matches"]] == [("need", need_id)]


def test_index_status_and_rebuild_agree(city: CommandLine) -> None:
    status = json.loads(city.run("index", "status", "--json").stdout)
    assert (status["needs"], status["offers"], status["in_step"]) == (124, 188, True)
    rebuilt = json.loads(city.run("index", "rebuild", "--json").stdout)
    assert (rebuilt["dropped"], rebuilt["vectors"]) == (0, status["vectors"])


def test_an_event_is_built_and_printed(city: CommandLine) -> None:
    built = city.run("event", "build", "冬季", "--json")
    assert built.returncode == 0, built.stderr
    assert json.loads(built.stdout)["meetings"] > 50
    for name in ("list.pdf", "list.xlsx"):
        done = city.run("event", "print", "冬季", "--what", "match-list", "-o", city.data / name)
        assert done.returncode == 0, done.stderr
    text = "".join(page.extract_text() for page in PdfReader(city.data / "list.pdf").pages)
    assert "冬季产学研供需对接会（示例）" in text


def test_every_sheet_of_an_expo_is_printed(city: CommandLine) -> None:
    for what in ("booth-guide", "visitors", "catalogue", "hall-plan", "badges", "sign-in", "programme", "table-cards"):
        done = city.run("event", "print", "博览会", "--what", what, "--language", "en", "-o", city.data / f"{what}.pdf")
        assert done.returncode == 0, done.stderr
        assert "科技成果博览会" in PdfReader(city.data / f"{what}.pdf").pages[0].extract_text()
    guide = "".join(page.extract_text() for page in PdfReader(city.data / "booth-guide.pdf").pages)
    assert "Booth guide" in guide
    done = city.run("event", "print", "秋季", "--what", "all", "-o", city.data / "all.zip")
    assert done.returncode == 0, done.stderr
    with ZipFile(city.data / "all.zip") as archive:
        assert "14 成效报告/成效报告.pdf" in archive.namelist()


def test_evaluate_measures_a_dataset(command: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    folder.mkdir()
    need = {"_id": "q", "title": "轴承润滑脂高温发干", "text": ""}
    offers = [{"_id": "a", "title": "长寿命轴承润滑脂", "text": ""}, {"_id": "b", "title": "葡萄酒酿造", "text": ""}]
    (folder / "queries.jsonl").write_text(json.dumps(need, ensure_ascii=False), encoding="utf-8")
    (folder / "corpus.jsonl").write_text(
        "\n".join(json.dumps(offer, ensure_ascii=False) for offer in offers), encoding="utf-8"
    )
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t2\nq\tb\t0\n", encoding="utf-8")
    for pipeline in ("lexical", "dense", "hybrid"):
        done = command.run("evaluate", folder, "--pipeline", pipeline, "--json")
        assert done.returncode == 0, done.stderr
        figures = json.loads(done.stdout)
        assert (figures["ndcg@10"], figures["mrr@10"], figures["needs"]) == (1.0, 1.0, 1)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN", "MATCHMAKER_LANGUAGE": "en"}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert chosen_language(environment) == language


def test_requests_past_their_time_are_told_of_once(command: CommandLine) -> None:
    database = Database(f"sqlite:///{command.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        fair = make_docking(session)
        wish = MeetingRequest(
            event=fair.event, need_side=fair.needs[0], offer_side=fair.offers[0], side=Side.NEED, expires_at=now()
        )
        session.add(wish)
        session.commit()
    database.engine.dispose()
    told = [json.loads(command.run("event", "expire-requests", "--json").stdout) for _ in range(2)]
    assert told == [{"expired": 1}, {"expired": 0}]
    assert len(list((command.data / "mail").iterdir())) == 2
