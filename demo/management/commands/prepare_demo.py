import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.tenancy import all_shops
from tenants.models import ShopAPIKey, User
from tenants.services import create_shop

ADMIN_EMAIL = "admin@atelier.example"


class Command(BaseCommand):
    help = "Create the demo's shop and administrator unless they exist; print them as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file of the demo's secrets")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's administrator is not allowed in production.")
        known = json.loads(file.read_text()) if file.exists() else {}
        prefix = known.get("api_key", "").partition(".")[0]
        with all_shops():
            is_prepared = ShopAPIKey.objects.filter(prefix=prefix).exists()
        if not is_prepared:
            known = self._create()
            file.touch(mode=0o600)
            file.write_text(json.dumps(known))
        self.stdout.write(json.dumps(known))

    def _create(self) -> dict[str, str]:
        shop, api_key = create_shop(name="Demo shop", key_name="demo")
        password = secrets.token_urlsafe(12)
        admin = User.objects.with_address(ADMIN_EMAIL).filter(is_staff=True).first()
        if admin is None:
            User.objects.create_superuser(ADMIN_EMAIL, password)
        else:
            admin.set_password(password)
            admin.save(update_fields=["password"])
        return {
            "shop_id": str(shop.pk),
            "api_key": api_key,
            "admin_email": ADMIN_EMAIL,
            "admin_password": password,
        }
