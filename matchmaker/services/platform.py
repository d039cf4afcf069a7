"""The running platform: settings and the long-lived parts that services are handed."""

from dataclasses import dataclass
from functools import partial

from matchmaker.config import Settings
from matchmaker.services.accounts.user_accounts import PasswordLinks
from matchmaker.services.database import Database
from matchmaker.services.indexing.encoders import encoder_of
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.jobs.queue import JobQueue, attach
from matchmaker.services.jobs.registry import provided_by
from matchmaker.services.learning.rankers import ranker_for
from matchmaker.services.mailing.mailer import Mailer, create_mailer

HANDLER_MODULES: tuple[str, ...] = (
    "matchmaker.services.jobs.worker",
    "matchmaker.services.events.scheduling.jobs",
    "matchmaker.services.events.print_jobs",
    "matchmaker.services.transfer.jobs",
    "matchmaker.services.indexing.jobs",
    "matchmaker.services.mailing.outbox",
    "matchmaker.services.events.requests.expiry",
)
"""The modules that say how jobs of a kind are done, and what is done from time to time."""

provided_by(*HANDLER_MODULES)


@dataclass(frozen=True, slots=True)
class Platform:
    """One of each, made once at start and shared by all threads."""

    settings: Settings
    database: Database
    search_index: SearchIndex
    mailer: Mailer
    password_links: PasswordLinks
    queue: JobQueue


def create_platform(settings: Settings) -> Platform:
    """Wire the parts together. Opens no connection and loads no model yet."""
    database = Database(settings.database_url)
    queue = JobQueue(settings)
    attach(database, queue)
    return Platform(
        settings=settings,
        database=database,
        search_index=SearchIndex(database, encoder_of(settings), partial(ranker_for, settings)),
        mailer=create_mailer(settings),
        password_links=PasswordLinks(settings.secret_key, settings.base_url),
        queue=queue,
    )
