"""The sockets of the desk. The front lets only pages of ours open one (`config/asgi.py`)."""

from django.urls import re_path

from escalations.desk.sockets import QueueSocket

websocket_urlpatterns = [re_path(r"^ws/queue/$", QueueSocket.as_asgi())]  # type: ignore[arg-type] # an ASGI application
