"""What holds the four apps together: settings and their checks, the front, the processes, the embedded servers."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
