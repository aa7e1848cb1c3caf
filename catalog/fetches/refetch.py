"""Ask again for photos that came from a link."""

from django.db import transaction

from catalog.models import Image, PhotoFetch
from catalog.models.fetches import FETCHES


def refetch(*, image: Image, url: str) -> PhotoFetch:
    """Have a worker fetch the photo of an image from a link, and return the request.

    If the image came from this link, the worker asks for the photo only if it has changed, by
    `ETag` and `Last-Modified`. The image gets the photo only if its bytes differ from those that
    the link had before, so an unchanged photo is neither stored nor embedded again. `url` is one
    that `check_address` accepts; needs the shop's scope.
    """
    with transaction.atomic():
        known = PhotoFetch.objects.filter(image=image)
        if not known.filter(url=url).request():
            known.delete()
            fetch: PhotoFetch = PhotoFetch.objects.create(
                shop_id=image.shop_id, image=image, url=url
            )
        else:
            fetch = known.get()
        FETCHES.wake()
    return fetch
