"""Arrays of texts as parameters: psycopg examines each element, which costs imports a fifth."""

from typing import Any

from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


class TextArrayDumper(ListDumper):
    """Writes a list of texts at once, with each element in quotes; other lists as psycopg does.

    https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    """

    def dump(self, obj: list[Any]) -> Buffer | None:
        if self.sub_dumper is None or set(map(type, obj)) != {str}:
            return super().dump(obj)
        texts: list[str] = obj
        whole = "".join(texts)
        if '"' in whole or "\\" in whole:
            texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
        return self.sub_dumper.dump('{"' + '","'.join(texts) + '"}')
