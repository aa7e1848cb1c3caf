from rest_framework.routers import SimpleRouter

from catalog.api import views

router = SimpleRouter()
router.register("images", views.ImageViewSet, "image")
router.register("categories", views.CategoryViewSet, "category")
router.register("styles", views.StyleViewSet, "style")
router.register("age-groups", views.AgeGroupViewSet, "age-group")
router.register("index", views.IndexViewSet, "index")

urlpatterns = router.urls
