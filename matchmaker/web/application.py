"""The application factory."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from matchmaker.config import Settings, load_settings
from matchmaker.i18n import TRANSLATIONS
from matchmaker.services.platform import Platform, create_platform
from matchmaker.web import (
    account,
    admin,
    attending,
    cooperation,
    enterprise,
    errors,
    feedback,
    health,
    jobs,
    organizer,
    public,
    research,
)
from matchmaker.web.access import login_manager
from matchmaker.web.addresses import RowIdConverter
from matchmaker.web.database import database
from matchmaker.web.headers import add_security_headers
from matchmaker.web.language import current_language
from matchmaker.web.limits import limiter
from matchmaker.web.presentation import register_presentation

UPLOAD_LIMIT = 16 * 1024 * 1024

csrf = CSRFProtect()


def create_app(settings: Settings | None = None, platform: Platform | None = None) -> Flask:
    """Create the WSGI application. Settings come from the environment unless given; tests give a ``platform``."""
    settings = settings or (platform.settings if platform else load_settings())
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "templates"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
    )
    app.url_map.converters["int"] = RowIdConverter
    app.extensions["matchmaker"] = platform or create_platform(settings)
    if settings.proxies:
        # Of the addresses in X-Forwarded-For only those that our own proxies wrote are believed.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    database.init_app(app)
    Bootstrap5(app)
    Babel(app, locale_selector=current_language)
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    app.after_request(add_security_headers)
    register_presentation(app)
    errors.register(app)
    for module in (public, account, enterprise, research, feedback, attending, cooperation, jobs, organizer, admin):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(health.blueprint)
    return app
