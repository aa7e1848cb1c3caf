"""Pictures of outfits, at signed addresses that need no key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core.errors import Unavailable
from core.tenancy import shop_scope
from stylist.models import Outfit
from stylist.outfits.pictures import get_picture, read_token

ONE_DAY = 86_400


def serve_picture(request: HttpRequest, token: str) -> HttpResponse:
    """Send an outfit's picture to anyone who has its signed address."""
    found = read_token(token)
    if found is None:
        raise Http404
    shop_id, outfit_id = found
    try:
        with shop_scope(shop_id):
            picture = get_picture(get_object_or_404(Outfit.objects.all(), pk=outfit_id))
    except Unavailable as error:
        headers = {"Retry-After": str(error.retry_after)}
        return HttpResponse(error.message, "text/plain", status=503, headers=headers)
    return HttpResponse(
        picture,
        content_type="image/webp",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"private, max-age={ONE_DAY}",
        },
    )
