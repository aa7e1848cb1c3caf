"""The words that an encoder was taught, as its checkpoint lists them.

`known_words.txt` in the checkpoint's folder has one lower-case word a line. Other words have a
place in the encoder's space by their meaning only. Does not load the encoder.
"""

from functools import cache
from pathlib import Path

from core.ml.checkpoints import encoder_spec

KNOWN_WORDS_FILE = "known_words.txt"


@cache
def find_known_words(encoder: str) -> frozenset[str] | None:
    """Return the words that an encoder knows; None for encoders that do not list them.

    Read once in a process. Raises `EncoderUnavailable` for an encoder that is not configured.
    """
    folder = Path(encoder_spec(encoder).model)
    try:
        text = (folder / KNOWN_WORDS_FILE).read_text("utf-8") if folder.is_absolute() else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if text is None else frozenset(text.lower().split())
