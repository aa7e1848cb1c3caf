"""The words that an encoder was taught, as its checkpoint lists them.

`known_words.txt` in the checkpoint's folder has one lower-case word a line. Other words have a
place in the encoder's space by their meaning only. Does not load the encoder.
"""

from functools import cache
from pathlib import Path

from core.ml.encoder import encoder_spec

KNOWN_WORDS_FILE = "known_words.txt"


def find_known_words(encoder: str) -> frozenset[str] | None:
    """Return the words that an encoder knows; None for encoders that do not list them.

    Raises `EncoderUnavailable` for an encoder that is not configured.
    """
    folder = Path(encoder_spec(encoder).model)
    return _read_words(folder / KNOWN_WORDS_FILE) if folder.is_absolute() else None


@cache
def _read_words(path: Path) -> frozenset[str] | None:
    try:
        return frozenset(path.read_text("utf-8").lower().split())
    except (FileNotFoundError, NotADirectoryError):
        return None
