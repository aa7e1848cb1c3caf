from django.apps import AppConfig


class StylistConfig(AppConfig):
    name = "stylist"
