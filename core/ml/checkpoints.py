"""The checkpoints of encoders, known by their revision without loading them.

The revision of a local folder follows from the content of its files, so a new checkpoint is
recognised although nobody sets anything. That of a model from a hub is the pinned commit, or "" if
none is pinned: then a new checkpoint is not recognised.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from core.errors import Unavailable

# The files that decide what an encoder answers; cards and lists of words do not.
SUFFIXES = frozenset({".json", ".safetensors", ".model"})
TOKEN_FILES = frozenset({"vocab.txt", "merges.txt"})
REVISION_LENGTH = 16


class EncoderUnavailable(Unavailable):
    """The encoder cannot be loaded: unknown name, no folder or network, or unsupported model."""

    code = "encoder_unavailable"


@dataclass(frozen=True)
class EncoderSpec:
    """The checkpoint of a named encoder."""

    name: str
    model: str  # a hub id, or a local folder
    revision: str | None = None
    earlier: str | None = None  # a folder with one folder for each checkpoint that was replaced


def encoder_spec(name: str) -> EncoderSpec:
    """Return the spec of an encoder in `settings.ENCODERS`; raise `EncoderUnavailable`."""
    try:
        entry = settings.ENCODERS[name]
    except KeyError:
        known = ", ".join(sorted(settings.ENCODERS))
        raise EncoderUnavailable(f"There is no encoder {name!r}, only: {known}.") from None
    return EncoderSpec(
        name=name,
        model=str(entry["model"]),
        revision=entry.get("revision"),
        earlier=entry.get("earlier"),
    )


def current_revision(encoder: str) -> str:
    """Return the revision of an encoder's configured checkpoint; raise `EncoderUnavailable`."""
    return _read_revision(encoder_spec(encoder))


def find_checkpoint(encoder: str, revision: str) -> EncoderSpec:
    """Return the spec that loads one revision of an encoder; raise `EncoderUnavailable`.

    `revision` may be of an earlier checkpoint. An index that was made before revisions were
    recorded has "", which stands for the configured checkpoint.
    """
    spec = encoder_spec(encoder)
    if revision in ("", _read_revision(spec)):
        return spec
    if not Path(spec.model).is_dir():
        return replace(spec, revision=revision)  # the hub has every commit
    for folder in _find_folders(spec.earlier):
        if revision in (folder.name, hash_checkpoint(folder)):
            return replace(spec, model=str(folder), revision=None)
    raise EncoderUnavailable(f"Encoder {encoder!r} has no checkpoint {revision!r} any more.")


def hash_checkpoint(folder: Path) -> str:
    """Return the revision of a local checkpoint: the start of a SHA-256 of its files."""
    files = sorted(path for path in folder.iterdir() if _is_part(path))
    # Reading the files again takes long for a large model, so it depends on their state.
    states = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return _hash_files(folder, tuple(states))


def _read_revision(spec: EncoderSpec) -> str:
    if spec.revision:
        return spec.revision
    folder = Path(spec.model)
    if folder.is_dir():
        return hash_checkpoint(folder)
    if folder.is_absolute():
        raise EncoderUnavailable(f"Encoder {spec.name!r}: there is no folder {spec.model}.")
    return ""


def _find_folders(parent: str | None) -> list[Path]:
    if not parent or not Path(parent).is_dir():
        return []
    return sorted(path for path in Path(parent).iterdir() if path.is_dir())


def _is_part(path: Path) -> bool:
    return path.is_file() and (path.suffix in SUFFIXES or path.name in TOKEN_FILES)


@lru_cache(maxsize=64)
def _hash_files(folder: Path, states: tuple[tuple[str, int, int], ...]) -> str:
    total = hashlib.sha256()
    for name, *_ in states:
        with (folder / name).open("rb") as file:
            total.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()[:REVISION_LENGTH]
