from django.urls import path
from rest_framework.routers import SimpleRouter

from catalog.api.bulk.images import ImagesBulkView
from catalog.api.bulk.products import ProductsBulkView
from catalog.api.categories import CategoryViewSet
from catalog.api.contradictions import ContradictionViewSet
from catalog.api.duplicates import DuplicateViewSet
from catalog.api.facets import AgeGroupViewSet, StyleViewSet
from catalog.api.images import ImageViewSet
from catalog.api.imports.exports import ProductsExportView
from catalog.api.imports.feeds import FeedViewSet
from catalog.api.imports.jobs import ImportViewSet
from catalog.api.index import IndexViewSet
from catalog.api.index_ids import IndexedImagesView
from catalog.api.index_models import IndexModelViewSet
from catalog.api.photo_fetches import PhotoFetchViewSet
from catalog.api.products import ProductViewSet

router = SimpleRouter()
router.register("images", ImageViewSet, "image")
router.register("products", ProductViewSet, "product")
router.register("photo-fetches", PhotoFetchViewSet, "photo-fetch")
router.register("imports", ImportViewSet, "import")
router.register("feeds", FeedViewSet, "feed")
router.register("contradictions", ContradictionViewSet, "contradiction")
router.register("duplicates", DuplicateViewSet, "duplicate")
router.register("categories", CategoryViewSet, "category")
router.register("styles", StyleViewSet, "style")
router.register("age-groups", AgeGroupViewSet, "age-group")
router.register("index/models", IndexModelViewSet, "index-model")
router.register("index", IndexViewSet, "index")

urlpatterns = [
    path("images/bulk/", ImagesBulkView.as_view(), name="images-bulk"),
    # Before the router's routes: an id may be any text.
    path("products/export/", ProductsExportView.as_view(), name="products-export"),
    path("products/bulk/", ProductsBulkView.as_view(), name="products-bulk"),
    path("index/ids/", IndexedImagesView.as_view(), name="index-ids"),
    *router.urls,
]
