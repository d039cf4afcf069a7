"""The WSGI entry: ``gunicorn wsgi:app``."""

from matchmaker.web import create_app

app = create_app()
