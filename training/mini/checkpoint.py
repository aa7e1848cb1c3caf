"""Write mini as a checkpoint folder for transformers."""

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.ml.known_words import KNOWN_WORDS_FILE


def write_checkpoint(model: Any, processor: Any, words: Iterable[str], folder: Path) -> int:
    """Save weights as float16 safetensors with config, tokenizer and image processor.

    `words` are those that the training was about. Returns the folder's size in bytes.
    """
    copy.deepcopy(model).half().save_pretrained(folder)
    processor.save_pretrained(folder)
    listed = "".join(f"{word}\n" for word in sorted({word.lower() for word in words}))
    (folder / KNOWN_WORDS_FILE).write_text(listed, "utf-8")
    return sum(path.stat().st_size for path in folder.iterdir())
