"""The web application: a translator between HTTP and the services."""

from matchmaker.web.application import create_app

__all__ = ["create_app"]
