"""Django as a WSGI application. `config/asgi.py` runs it on threads; any WSGI server can, but then nothing waits."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
