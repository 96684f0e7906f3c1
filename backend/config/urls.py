"""Every address Ebb answers."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from backend.web import health

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # allauth's documented way

urlpatterns = [
    path("account/", include("backend.accounts.sign_in.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("backend.api.urls")),
    path("livez", health.alive, name="livez"),
    path("readyz", health.ready, name="readyz"),
    path("", include("backend.web.urls")),
]
