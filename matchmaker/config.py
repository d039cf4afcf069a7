"""Settings, read from the environment and validated once at start.

| variable | default | meaning |
| --- | --- | --- |
| ``DATABASE_URL`` | SQLite in ``MATCHMAKER_DATA`` | the database |
| ``MATCHMAKER_DATA`` | ``instance`` | folder of files: database, mail, secret |
| ``MATCHMAKER_ENCODER`` | fastest engine of e5 | ``e5`` (embedded) or ``sentence-transformers:NAME_OR_PATH`` |
| ``MATCHMAKER_RANKER`` | the installation's own, else the shipped one | file of a trained ranker |
| ``MATCHMAKER_JOBS`` | a file in ``MATCHMAKER_DATA`` | ``redis://HOST:PORT/NUMBER`` |
| ``SECRET_KEY`` | made once, stored in ``MATCHMAKER_DATA`` | signs sessions and links |
| ``MATCHMAKER_SMTP`` | none: mail goes to files | ``smtp://USER:PASSWORD@HOST:PORT`` |
| ``MATCHMAKER_MAIL_FROM`` | ``matchmaker@localhost`` | sender of mail |
| ``MATCHMAKER_BASE_URL`` | ``http://127.0.0.1:8000`` | the beginning of links in mail |
| ``MATCHMAKER_REVIEW`` | ``on`` | ``off`` publishes postings without review |
| ``MATCHMAKER_PROXIES`` | ``0`` | number of trusted reverse proxies in front of the site |
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_

MODELS = Path(__file__).resolve().parents[1] / "models"
"""The folder of trained rankers and unpacked models that stands beside the code."""

_PROXIES = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an installation; the module's table explains them.

    ``encoder`` is ``None`` for the fastest engine of the space e5, ``smtp`` is ``None`` when mail goes to files.
    """

    database_url: str
    data: Path
    encoder: str | None
    ranker: Path | None
    jobs: str | None
    secret_key: str
    smtp: str | None
    mail_from: str
    base_url: str
    review: bool
    proxies: int

    @property
    def queue_file(self) -> Path:
        """The queue of jobs where no other is set."""
        return self.data / "jobs.sqlite"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``environment``, by default the environment of the process.

    Creates the data folder and, on first use, its secret. Raises :class:`InvalidInput`, whose message names the
    variable, for an invalid value.
    """
    env = os.environ if environment is None else environment
    data = Path(env.get("MATCHMAKER_DATA") or "instance").resolve()
    data.mkdir(parents=True, exist_ok=True)
    smtp = env.get("MATCHMAKER_SMTP") or None
    if smtp and urlsplit(smtp).scheme not in ("smtp", "smtps"):
        raise InvalidInput(N_("MATCHMAKER_SMTP 应写成 smtp://用户:密码@主机:端口"))
    review = env.get("MATCHMAKER_REVIEW") or "on"
    if review not in ("on", "off"):
        raise InvalidInput(N_("MATCHMAKER_REVIEW 只能是 on 或 off"))
    proxies = env.get("MATCHMAKER_PROXIES") or "0"
    if proxies not in _PROXIES:
        raise InvalidInput(N_("MATCHMAKER_PROXIES 应为 0 到 9：网站前面有几层自己的反向代理"))
    encoder = env.get("MATCHMAKER_ENCODER") or None
    if encoder not in (None, "e5") and not encoder.removeprefix("sentence-transformers:").strip():
        raise InvalidInput(N_("MATCHMAKER_ENCODER 应为 e5 或 sentence-transformers:名称或路径"))
    jobs = env.get("MATCHMAKER_JOBS") or None
    if jobs and urlsplit(jobs).scheme not in ("redis", "rediss", "unix"):
        raise InvalidInput(N_("MATCHMAKER_JOBS 应写成 redis://主机:端口/编号；不设就用数据文件夹里的文件"))
    return Settings(
        database_url=_database_url(env.get("DATABASE_URL"), data),
        data=data,
        encoder=encoder,
        ranker=Path(env["MATCHMAKER_RANKER"]) if env.get("MATCHMAKER_RANKER") else None,
        jobs=jobs,
        secret_key=env.get("SECRET_KEY") or _stored_secret(data / "secret_key"),
        smtp=smtp,
        mail_from=env.get("MATCHMAKER_MAIL_FROM") or "matchmaker@localhost",
        base_url=(env.get("MATCHMAKER_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        review=review == "on",
        proxies=int(proxies),
    )


def _database_url(url: str | None, data: Path) -> str:
    if not url:
        return f"sqlite:///{data / 'matchmaker.sqlite'}"
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise InvalidInput(N_("DATABASE_URL 应写成 sqlite:///文件 或 postgresql://用户:密码@主机/库名"))
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def _stored_secret(path: Path) -> str:
    """The secret stored in ``path``. If there is none, make it, readable for its owner only.

    If two processes start at the same time, only one of them makes it.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        secret = secrets.token_hex(32)
        file.write(secret)
    return secret
