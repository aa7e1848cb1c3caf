"""Request lines and headers that no view should see."""

from dataclasses import dataclass

import httptools

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
VERSIONS = frozenset({"1.0", "1.1"})


class RefusedRequest(Exception):
    """The request breaks HTTP or a limit; the client gets a problem and the connection ends."""

    def __init__(
        self, detail: str, *headers: tuple[bytes, bytes], status: int = 400, code: str = "invalid"
    ) -> None:
        super().__init__(detail)
        self.detail, self.headers, self.status, self.code = detail, headers, status, code


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The request line and the headers, with names in lower case."""

    method: str
    version: str
    target: bytes
    fields: list[tuple[bytes, bytes]]

    def values(self, name: bytes) -> list[bytes]:
        return [value for each, value in self.fields if each == name]

    def check(self) -> None:
        """Raises `RefusedRequest`."""
        if self.version not in VERSIONS:
            raise RefusedRequest("Use HTTP/1.1.")
        if self.method not in METHODS:
            allowed = (b"allow", ", ".join(sorted(METHODS)).encode())
            detail = f"There is no method {self.method} here."
            raise RefusedRequest(detail, allowed, status=405, code="method_not_allowed")
        self._check_target()
        self._check_fields()

    def _check_target(self) -> None:
        try:
            path = httptools.parse_url(self.target).path
        except httptools.HttpParserInvalidURLError:
            path = None
        if not path or not path.startswith(b"/"):
            raise RefusedRequest("The address of the request has no path.")
        if b"%00" in self.target:
            raise RefusedRequest("The address of the request contains a NUL character.")

    def _check_fields(self) -> None:
        hosts = self.values(b"host")
        if len(hosts) > 1 or (not hosts and self.version == "1.1"):
            raise RefusedRequest("A request has exactly one Host header.")
        if self.version == "1.0" and self.values(b"transfer-encoding"):
            raise RefusedRequest("HTTP/1.0 has no Transfer-Encoding.")
        if any(value.lower() != b"100-continue" for value in self.values(b"expect")):
            raise RefusedRequest("The only expectation known is 100-continue.", status=417)

    def check_upgrade(self) -> None:
        """Raises `RefusedRequest`, unless the request can be answered without the upgrade."""
        if any(b"websocket" in value.lower() for value in self.values(b"upgrade")):
            detail = "There are no WebSockets here; streams are server-sent events."
            raise RefusedRequest(detail, code="websocket_not_supported")
        has_body = self.values(b"transfer-encoding") or any(
            value.strip(b"0") for value in self.values(b"content-length")
        )
        if has_body:
            raise RefusedRequest("A request with a body cannot ask for another protocol.")
