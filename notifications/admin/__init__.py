"""Webhooks for people: where they go, what was sent, and the buttons that send again, test, switch off and rotate."""

from notifications.admin.deliveries import DeliveryAdmin
from notifications.admin.endpoints import EndpointAdmin

__all__ = ["DeliveryAdmin", "EndpointAdmin"]
