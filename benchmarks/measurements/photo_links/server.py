"""A web server on this machine that has photos, in a process of its own."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection


@contextmanager
def serving_photos(photos: list[bytes]) -> Iterator[list[str]]:
    """Serve photos; return the link of each."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(photos, theirs), daemon=True
    )
    process.start()
    try:
        port = ours.recv()
        yield [f"http://127.0.0.1:{port}/{number}.jpg" for number in range(len(photos))]
    finally:
        process.terminate()
        process.join()


def _serve(photos: list[bytes], parent: Connection) -> None:
    class PhotoHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            photo = photos[int(self.path.strip("/").removesuffix(".jpg"))]
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(photo)))
            self.end_headers()
            self.wfile.write(photo)

        def log_message(self, *_: object) -> None:
            """Log nothing: each line would take time from the measurement."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), PhotoHandler)
    parent.send(server.server_port)
    server.serve_forever()
