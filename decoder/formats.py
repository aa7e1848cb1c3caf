"""The formats of photos that are accepted, recognised by the first bytes of a file."""

from decoder.boxes import read_boxes
from decoder.containers import Container
from decoder.jpeg import read_jpeg
from decoder.limits import FORMAT_MESSAGE, DecodingRefused
from decoder.png import SIGNATURE, read_png
from decoder.webp import read_webp


def read_container(data: bytes) -> Container:
    """Count the parts of a file, in linear time; raises `DecodingRefused`."""
    if data.startswith(b"\xff\xd8\xff"):
        return read_jpeg(data)
    if data.startswith(SIGNATURE):
        return read_png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return read_webp(data)
    if data[4:8] == b"ftyp":
        return read_boxes(data)
    raise DecodingRefused("photo_unknown_format", FORMAT_MESSAGE)
