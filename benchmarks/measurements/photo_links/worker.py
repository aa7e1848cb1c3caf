"""A Celery worker that fetches photos from this machine, on any port.

Not part of the product, which reaches public addresses only and has no setting that changes this.
"""

from core.celery import app as app
from core.downloads import addresses

addresses.ALLOWED_PORTS = frozenset(range(1, 65_536))
addresses.is_public = lambda text: text == "127.0.0.1"
