"""Write mini as a checkpoint folder for transformers."""

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.ml.known_words import KNOWN_TAGS_FILE, KNOWN_WORDS_FILE


def write_checkpoint(
    model: Any, processor: Any, *, words: Iterable[str], tags: Iterable[str], folder: Path
) -> int:
    """Save weights as float16 safetensors with config, tokenizer and image processor.

    `words` are those that the training was about, `tags` those of the vocabulary that samples
    showed. Returns the folder's size in bytes.
    """
    copy.deepcopy(model).half().save_pretrained(folder)
    processor.save_pretrained(folder)
    _write_lines(folder / KNOWN_WORDS_FILE, {word.lower() for word in words})
    _write_lines(folder / KNOWN_TAGS_FILE, set(tags))
    return sum(path.stat().st_size for path in folder.iterdir())


def _write_lines(path: Path, lines: set[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in sorted(lines)), "utf-8")
