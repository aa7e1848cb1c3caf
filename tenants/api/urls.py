from django.urls import include, path
from rest_framework.routers import SimpleRouter

from tenants.api import accounts
from tenants.api.keys import KeyViewSet
from tenants.api.signing_secrets import SigningSecretViewSet

router = SimpleRouter()
router.register("shop/keys", KeyViewSet, "key")
router.register("shop/signing-secrets", SigningSecretViewSet, "signing-secret")

urlpatterns = [
    path("auth/register/", accounts.RegisterView.as_view(), name="register"),
    path("auth/login/", accounts.LoginView.as_view(), name="login"),
    path("auth/refresh/", accounts.RefreshView.as_view(), name="refresh"),
    path("auth/logout/", accounts.LogoutView.as_view(), name="logout"),
    path("shop/", accounts.ShopView.as_view(), name="shop"),
    path("", include(router.urls)),
]
