"""The programs of docs/api.md that sign shopper tokens print tokens that the API accepts."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from core.tenancy import shop_scope
from tenants.shopper_tokens import create_signing_secret
from tenants.tests.factories import make_key_client

PAGE = Path(settings.BASE_DIR, "docs", "api.md").read_text("utf-8")
SECTION = PAGE.partition("### Shopper tokens")[2].partition("\n## ")[0]
COMMANDS = {
    "python": [sys.executable, "-I", "-c"],
    "js": ["node", "--input-type=module", "-e"],
    "php": ["php", "-r"],
}


@pytest.mark.parametrize("language", COMMANDS)
def test_program_prints_a_valid_token(shop, language):
    program = re.search(rf"^```{language}\n(.*?)^```", SECTION, re.M | re.S)[1]
    command = COMMANDS[language]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed here.")
    with shop_scope(shop.shop.pk):
        row, secret = create_signing_secret(shop=shop.shop)
    environment = {**os.environ, "SIGNING_KID": str(row.pk), "SIGNING_SECRET": secret}
    code = program.removeprefix("<?php\n")
    token = subprocess.run(
        [*command, code], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    page = make_key_client(shop.shop, kind="publishable")
    for shopper, status in (("customer-17", 200), ("customer-18", 404)):
        path = f"/api/v1/shoppers/{shopper}/preferences/"
        assert page.get(path, headers={"Shopper-Token": token}).status_code == status
