"""Write mini as a checkpoint folder for transformers."""

import copy
from pathlib import Path
from typing import Any


def write_checkpoint(model: Any, processor: Any, folder: Path) -> int:
    """Save weights as float16 safetensors with config, tokenizer and image processor.

    Returns the folder's size in bytes.
    """
    copy.deepcopy(model).half().save_pretrained(folder)
    processor.save_pretrained(folder)
    return sum(path.stat().st_size for path in folder.iterdir())
