from django.urls import include, path
from rest_framework.routers import SimpleRouter

from tenants.api import accounts, members, passwords, second_factor
from tenants.api.audit import AuditViewSet
from tenants.api.keys import KeyViewSet
from tenants.api.signing_secrets import SigningSecretViewSet

router = SimpleRouter()
router.register("shop/keys", KeyViewSet, "key")
router.register("shop/signing-secrets", SigningSecretViewSet, "signing-secret")
router.register("shop/members", members.MemberViewSet, "member")
router.register("shop/audit", AuditViewSet, "audit-entry")
router.register("shop/invitations", members.InvitationViewSet, "invitation")

auth = [
    path("register/", accounts.RegisterView.as_view(), name="register"),
    path("login/", accounts.LoginView.as_view(), name="login"),
    path("refresh/", accounts.RefreshView.as_view(), name="refresh"),
    path("logout/", accounts.LogoutView.as_view(), name="logout"),
    path("logout/everywhere/", accounts.LogoutEverywhereView.as_view(), name="logout-everywhere"),
    path("password/change/", passwords.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", passwords.ResetRequestView.as_view(), name="password-reset-request"),
    path("password/reset/confirm/", passwords.PasswordResetView.as_view(), name="password-reset"),
    path("verification/", passwords.VerificationRequestView.as_view(), name="verification-request"),
    path("verification/confirm/", passwords.VerificationView.as_view(), name="verification"),
    path("invitations/read/", members.OfferView.as_view(), name="invitation-read"),
    path("invitations/accept/", members.AcceptView.as_view(), name="invitation-accept"),
    path("shops/", members.OwnShopsView.as_view(), name="own-shops"),
    path("leave/", members.LeaveView.as_view(), name="leave"),
    path("totp/", second_factor.SecondFactorView.as_view(), name="totp"),
    path("totp/confirm/", second_factor.SecondFactorConfirmView.as_view(), name="totp-confirm"),
    path("totp/remove/", second_factor.SecondFactorRemoveView.as_view(), name="totp-remove"),
]
urlpatterns = [
    path("auth/", include(auth)),
    path("shop/", accounts.ShopView.as_view(), name="shop"),
    path("", include(router.urls)),
]
