"""train: learning a ranker from judgments."""

from collections.abc import Mapping
from pathlib import Path

import click

from matchmaker.cli.language import say
from matchmaker.cli.outcome import progress_bar, show_json
from matchmaker.cli.running import evaluation_store, open_platform
from matchmaker.config import MODELS, load_settings
from matchmaker.i18n import N_
from matchmaker.matching.errors import RankerError
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.matching.ranking.ranker_file import write_ranker
from matchmaker.services.indexing.encoders import encoder_of
from matchmaker.services.learning.from_feedback import learn_from_feedback
from matchmaker.services.learning.rankers import stored_ranker_for, train_ranker


@click.command(
    help=say(N_("用评定过的数据集（BEIR 布局）训练排序模型，按需求交叉验证；或从反馈学习。写出模型和说明卡。"))
)
@click.argument("folders", metavar="DATASET_DIR...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--from-feedback", is_flag=True, help=say(N_("从本平台用户的反馈学习，校正现用的模型")))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=say(N_("写到哪个文件夹；默认 models，从反馈学习时默认数据文件夹")),
)
@click.option("--seed", default=0, show_default=True, help=say(N_("随机种子")))
@click.option("--yes", is_flag=True, help=say(N_("即使原有模型更好也替换")))
@click.option("--json", "as_json", is_flag=True, help=say(N_("以 JSON 输出")))
def train_command(
    folders: tuple[Path, ...], from_feedback: bool, output: Path | None, seed: int, yes: bool, as_json: bool
) -> None:
    if bool(folders) == from_feedback:
        raise click.UsageError(say(N_("请给出数据集文件夹，或者用 --from-feedback，两者取一")))
    if from_feedback:
        _train_from_feedback(output, as_json)
        return
    datasets = {folder.resolve().name: read_dataset(folder) for folder in folders}
    settings = load_settings()
    encoder = encoder_of(settings)
    with progress_bar(say(N_("编码"))) as progress:
        stored = train_ranker(datasets, encoder, evaluation_store(settings, encoder), seed, progress)
    card = stored.card
    _report(
        {
            "ndcg@10": round(card.ndcg_at_10, 4),
            "ndcg@10_by_seed": [round(score, 4) for score in card.ndcg_at_10_by_seed],
            "calibration_error": round(card.calibration_error, 4),
            **{f"{name}_ndcg@10": round(score, 4) for name, score in card.baselines.items()},
            "needs": card.needs,
            "pairs": card.pairs,
            "penalty": card.penalty,
            "file": str(write_ranker(output or MODELS, stored, even_if_worse=yes)),
        },
        as_json,
    )


def _train_from_feedback(output: Path | None, as_json: bool) -> None:
    platform = open_platform()
    start = stored_ranker_for(platform.settings, platform.search_index.encoder.name)
    if start is None:
        raise RankerError(
            "There is no trained ranker for this encoder to start from: run `matchmaker train` on judgments."
        )
    with progress_bar(say(N_("编码"))) as progress:
        platform.search_index.refresh(progress)
    with platform.database.reading() as session:
        stored, learned = learn_from_feedback(session, platform.search_index, start)
    _report(
        {
            "people": learned.people,
            "preferences": learned.preferences,
            "agreement": round(learned.agreement, 4),
            "agreement_before": round(learned.before, 4),
            "file": str(write_ranker(output or platform.settings.data, stored, even_if_worse=True)),
        },
        as_json,
    )


def _report(figures: Mapping[str, object], as_json: bool) -> None:
    if as_json:
        show_json(figures)
        return
    for name, value in figures.items():
        click.echo(f"{name:<20}{value}")
