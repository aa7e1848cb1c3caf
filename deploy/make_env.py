"""Write `.env` from `.env.example`, with a random value for every empty secret."""

import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# An entry without a value whose name says that it is a secret.
EMPTY_SECRET = re.compile(r"^(\w*(?:SECRET_KEY|PASSWORD|TOKEN))=$", re.MULTILINE)


def main() -> int:
    """Write the file, readable for this user only, unless it exists; return an exit status."""
    example, target = ROOT / ".env.example", ROOT / ".env"
    text = EMPTY_SECRET.sub(
        lambda found: f"{found[1]}={secrets.token_hex(32)}", example.read_text("utf-8")
    )
    text = text.replace(
        "FLOWER_BASIC_AUTH=\n", f"FLOWER_BASIC_AUTH=flower:{secrets.token_hex(32)}\n"
    )
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        sys.stderr.write(f"{target} exists; delete it first.\n")
        return 1
    target.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
