"""The words and tags that an encoder was taught, as its checkpoint lists them.

`known_words.txt` in the checkpoint's folder has one lower-case word a line. Other words have a
place in the encoder's space by their meaning only. `known_tags.txt` has the kinds and patterns that
photos taught, by the names of the vocabulary: "kind:dress". Does not load the encoder.
"""

from functools import cache
from pathlib import Path

from core.ml.checkpoints import encoder_spec

KNOWN_WORDS_FILE = "known_words.txt"
KNOWN_TAGS_FILE = "known_tags.txt"


@cache
def find_known_words(encoder: str) -> frozenset[str] | None:
    """Return the words that an encoder knows; None for encoders that do not list them.

    Read once in a process. Raises `EncoderUnavailable` for an encoder that is not configured.
    """
    text = _read(Path(encoder_spec(encoder).model) / KNOWN_WORDS_FILE)
    return None if text is None else frozenset(text.lower().split())


def read_known_tags(checkpoint: str) -> frozenset[str] | None:
    """Return the tags that photos taught an encoder; None for checkpoints that do not list them.

    `checkpoint` is a folder, or the name of a model on a hub, which lists none.
    """
    text = _read(Path(checkpoint) / KNOWN_TAGS_FILE)
    return None if text is None else frozenset(text.splitlines())


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8") if path.is_absolute() else None
    except (FileNotFoundError, NotADirectoryError):
        return None
