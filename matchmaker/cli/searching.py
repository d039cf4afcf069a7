"""index, match, evaluate: the matcher seen from the command line."""

import time
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from matchmaker.cli.language import say
from matchmaker.cli.outcome import progress_bar, show_json
from matchmaker.cli.running import evaluation_store, open_platform, operator
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.matching.matcher import Match
from matchmaker.matching.ranking.explanation import Explanation, Span
from matchmaker.matching.text.document import Document
from matchmaker.matching.text.document import Side as MatchingSide
from matchmaker.services.indexing.encoders import report_engine
from matchmaker.services.indexing.search_index import SearchIndex, load_postings
from matchmaker.services.posting.documents import document_of
from matchmaker.services.posting.postings import get_posting

_JSON = click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出")))
_MOST_MATCHES = 1000


@click.group(help=say(N_("管理匹配索引。索引由数据库推导，丢失了也能重建。")))
def index_command() -> None:
    pass


@index_command.command(
    "rebuild", help=say(N_("换用设置中的编码器，补算缺少的向量，删去无用的向量。网站运行时也可以做。"))
)
@click.option("--forget-others", is_flag=True, help=say(N_("把其他编码器的向量也删去")))
@_JSON
def rebuild_command(forget_others: bool, as_json: bool) -> None:
    search_index = open_platform().search_index
    started = time.perf_counter()
    with progress_bar(say(N_("编码"))) as progress:
        dropped = search_index.rebuild(progress, forget_others=forget_others)
    if as_json:
        show_json({"dropped": dropped, "seconds": round(time.perf_counter() - started, 3)} | _status(search_index))
    else:
        click.echo(say(N_("删去无用向量 %(dropped)d 个"), dropped=dropped))
        _tell_status(search_index)


@index_command.command("status", help=say(N_("索引与数据库是否一致，换编码器进行到哪里。缺少的向量会先补上。")))
@_JSON
def status_command(as_json: bool) -> None:
    search_index = open_platform().search_index
    with progress_bar(say(N_("编码"))) as progress:
        search_index.refresh(progress)
    if as_json:
        show_json(_status(search_index))
    else:
        _tell_status(search_index)


def _status(search_index: SearchIndex) -> dict[str, Any]:
    status = search_index.status()
    change = search_index.encoder_change.status()
    engine = report_engine(search_index.encoder)
    return asdict(status) | {
        "engine": engine.engine,
        "engine_problem": engine.problem,
        "in_step": status.revision == status.database_revision,
        "change": None if change is None else asdict(change),
    }


def _tell_status(search_index: SearchIndex) -> None:
    status = _status(search_index)
    click.echo(
        say(N_("需求 %(needs)d，供给 %(offers)d，向量 %(vectors)d，编码器 %(encoder)s，版本 %(revision)d"), **status)
    )
    click.echo(say(N_("与数据库一致")) if status["in_step"] else say(N_("落后于数据库")))
    click.echo(say(N_("向量由 %(engine)s 计算"), **status))
    if status["engine_problem"]:
        click.echo(say(N_("更快的引擎没有用上：%(problem)s"), problem=status["engine_problem"]), err=True)
    change = status["change"]
    if change is not None:
        click.echo(say(N_("正在换用编码器 %(encoder)s：已编码 %(encoded)d / %(total)d 段，完成前仍用原来的"), **change))
        if change["problem"]:
            click.echo(say(N_("换不了：%(problem)s"), problem=change["problem"]), err=True)


@click.command(help=say(N_("为一条需求、一条供给或一段文字排出最合适的对方，得分 0–100。")))
@click.option("--need", type=int, help=say(N_("需求的 id")))
@click.option("--offer", type=int, help=say(N_("供给的 id")))
@click.option("--text", help=say(N_("一段需求文字")))
@click.option("-k", default=20, show_default=True, type=click.IntRange(1, _MOST_MATCHES), help=say(N_("取前几名")))
@_JSON
def match_command(need: int | None, offer: int | None, text: str | None, k: int, as_json: bool) -> None:
    if sum(given is not None for given in (need, offer, text)) != 1:
        raise click.UsageError(say(N_("--need、--offer、--text 请给且只给一个")))
    if text is not None and not text.strip():
        raise click.UsageError(say(N_("--text 是空的")))
    platform = open_platform()
    with progress_bar(say(N_("编码"))) as progress:
        platform.search_index.refresh(progress)
    with platform.database.reading() as session:
        subject, asker = _subject(session, need, offer, text)
        lines = _ranking(session, platform.search_index, subject, asker, k)
    if as_json:
        query = {"need": need, "offer": offer, "text": text}
        show_json({"query": {name: value for name, value in query.items() if value is not None}, "matches": lines})
        return
    for line in lines:
        supplier = " · ".join(part for part in (line["organization"], line["team"]) if part)
        click.echo(f"{line['rank']:>3}  {line['score']:5.1f}  [{line['id']}] {line['title']}（{supplier}）")
        if line["reasons"]:
            click.echo(f"            {line['reasons'][0][line['side']]['text']}")
    if not lines:
        click.echo(say(N_("没有合适的")))


def _subject(session: Session, need: int | None, offer: int | None, text: str | None) -> tuple[Document, int | None]:
    """What is asked about, and the id of the organization that asks, whose postings are no answer."""
    if text is not None:
        return Document(0, MatchingSide.NEED, text.strip()), None
    side, posting_id = (Side.NEED, need) if need is not None else (Side.OFFER, offer)
    posting, _ = get_posting(session, operator(), side, posting_id or 0)
    return document_of(posting), posting.organization_id


def _ranking(
    session: Session, search_index: SearchIndex, subject: Document, asker: int | None, k: int
) -> list[dict[str, Any]]:
    side = Side.parse(subject.side.other.value)
    today = date.today()
    among = {
        posting_id
        for posting_id, access in search_index.accesses(side).items()
        if access.organization_id != asker and (access.valid_until is None or access.valid_until >= today)
    }
    matches = {_other_id(match, side): match for match in search_index.matcher.match(subject, k, among=among)}
    postings = load_postings(session, side, matches)
    return [
        _line(rank, postings[posting_id], match, _explain(search_index, subject, postings[posting_id]))
        for rank, (posting_id, match) in enumerate(matches.items(), 1)
        if posting_id in postings
    ]


def _other_id(match: Match, side: Side) -> int:
    posting_id = side.choose(match.need_id, match.offer_id)
    assert posting_id is not None
    return posting_id


def _explain(search_index: SearchIndex, subject: Document, posting: Posting) -> Explanation:
    other = document_of(posting)
    need, offer = (subject, other) if subject.side is MatchingSide.NEED else (other, subject)
    return search_index.matcher.explain(need, offer)


def _line(rank: int, posting: Posting, match: Match, explanation: Explanation) -> dict[str, Any]:
    team = getattr(posting, "team", None)
    return {
        "rank": rank,
        "side": posting.side.value,
        "id": posting.id,
        "code": posting.code,
        "title": posting.title,
        "organization": posting.organization.name,
        "team": None if team is None else team.name,
        "score": round(match.score, 1),
        "components": {name: round(value, 4) for name, value in match.components.items()},
        "reasons": [
            {
                "need": _span(evidence.need),
                "offer": _span(evidence.offer),
                "similarity": round(evidence.similarity, 4),
            }
            for evidence in explanation.evidence
        ],
        "facts": {check.fact: check.verdict.value for check in explanation.facts},
    }


def _span(span: Span) -> dict[str, Any]:
    return {"section": span.section, "text": span.text, "highlights": [list(place) for place in span.highlights]}


@click.command(help=say(N_("在 BEIR 布局的数据集上评测排序。")))
@click.argument("folder", metavar="DATASET_DIR", type=click.Path(path_type=Path))
@click.option(
    "--pipeline", default="hybrid", show_default=True, type=click.Choice(["lexical", "dense", "hybrid", "ranked"])
)
@click.option("--pool", default="judged", show_default=True, type=click.Choice(["judged", "all"]))
@_JSON
def evaluate_command(folder: Path, pipeline: str, pool: str, as_json: bool) -> None:
    from matchmaker.config import load_settings
    from matchmaker.matching.learning.dataset import read_dataset
    from matchmaker.matching.learning.evaluation import Pipeline, Pool, evaluate
    from matchmaker.services.indexing.encoders import encoder_of
    from matchmaker.services.learning.rankers import ranker_for

    dataset = read_dataset(folder)
    settings = load_settings()
    encoder = encoder_of(settings)
    store = evaluation_store(settings, encoder)
    ranker = ranker_for(settings, encoder.name)
    with progress_bar(say(N_("编码"))) as progress:
        result = evaluate(dataset, Pipeline(pipeline), Pool(pool), encoder, store, ranker, progress)
    figures = {
        "pipeline": result.pipeline.value,
        "pool": result.pool.value,
        "needs": result.needs,
        "undefined": result.undefined,
        "ndcg@10": round(result.ndcg_at_10, 4),
        "mrr@10": round(result.mrr_at_10, 4),
        "recall@100": round(result.recall_at_100, 4),
        "seconds": round(result.seconds, 2),
    }
    if as_json:
        show_json({"dataset": folder.resolve().name} | figures)
        return
    for name, value in figures.items():
        click.echo(f"{name:<12}{value}")
