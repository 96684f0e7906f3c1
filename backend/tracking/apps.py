"""Tells Django about this room."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Facts, conclusions and the jobs between them."""

    name = "backend.tracking"
    label = "tracking"
