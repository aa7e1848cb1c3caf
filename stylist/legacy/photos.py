"""The photos of old systems: files below one folder, and links."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from core.downloads.addresses import check_address
from core.errors import DomainError
from core.photos import Photo, open_photo

MAX_NAME_LENGTH = 2_000


class LegacyPhotoRefused(DomainError):
    """A photo cannot be taken over from where its row says it is."""

    code = "photo_missing"


@dataclass(frozen=True, slots=True)
class LegacyPhoto:
    """A photo: a file, or else a link to fetch it from."""

    file: Path | None = None
    url: str = ""

    def open(self) -> Photo:
        """Return the photo of the file; raises `LegacyPhotoRefused` and `PhotoRefused`."""
        if self.file is None:
            raise LegacyPhotoRefused("There is no file of this photo.")
        try:
            with self.file.open("rb") as file:
                return open_photo(file)
        except OSError as error:
            message = f"The file cannot be read: {error.strerror}."
            raise LegacyPhotoRefused(message, code="photo_unreadable") from error


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """A copy of the old media folder or bucket; None if there is only the database."""

    root: Path | None

    def find(self, name: str) -> LegacyPhoto:
        """Return the photo that a row names by a path or a link; a file comes before a link.

        Raises `LegacyPhotoRefused` if there is neither, or if the path leads out of the folder, and
        `DownloadRefused` for a link that must not be tried.
        """
        if not name:
            raise LegacyPhotoRefused("The row names no photo.")
        if len(name) > MAX_NAME_LENGTH:
            message = f"The photo's name has more than {MAX_NAME_LENGTH:,} characters."
            raise LegacyPhotoRefused(message, code="photo_name_too_long")
        is_link = name.lower().startswith(("http://", "https://"))
        if file := self._find_file(name):
            return LegacyPhoto(file)
        if is_link:
            return LegacyPhoto(url=str(check_address(name)))
        raise LegacyPhotoRefused(f"There is no file “{name[:200]}” in the folder of photos.")

    def _find_file(self, name: str) -> Path | None:
        if self.root is None:
            return None
        root = self.root.resolve()
        for parts in _list_places(name):
            try:
                path = root.joinpath(*parts).resolve()
                is_file = path.is_file()
            except (OSError, ValueError):
                continue
            if not path.is_relative_to(root):
                raise _refuse_outside()
            if is_file:
                return path
        return None


def _list_places(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the paths at which a photo may be, below the folder.

    The server's part of an absolute path, and the bucket's of a link, may be missing there.
    """
    try:
        path = unquote(urlsplit(name).path) if "://" in name else name
    except ValueError:
        return
    parts = PurePosixPath(path).parts
    if ".." in parts:
        raise _refuse_outside()
    if "://" in name or path.startswith("/"):
        parts = tuple(part for part in parts if not part.startswith("/"))
        yield from (parts[start:] for start in range(len(parts)))
    elif parts:
        yield parts


def _refuse_outside() -> LegacyPhotoRefused:
    message = "The path leads out of the folder of photos."
    return LegacyPhotoRefused(message, code="photo_outside")
