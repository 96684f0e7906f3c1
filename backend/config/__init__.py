"""How Ebb is put together: settings, addresses and the processes that serve them."""

from backend.config.celery import app as celery_app  # tasks bind to this app in every process that loads Django

__all__ = ["celery_app"]
