"""An S3 server, which the product's storage uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import httpx
from moto.server import ThreadedMotoServer

from core.storage.s3 import make_s3_options

BUCKET = "photos"


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running server with a bucket, and a client of its own that looks into it."""

    server: ThreadedMotoServer
    address: str
    client: Any

    def read_heads(self) -> list[dict[str, Any]]:
        """Return what the server knows of each file, apart from its bytes."""
        listing = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [self.client.head_object(Bucket=BUCKET, Key=entry["Key"]) for entry in listing]

    def stop(self) -> None:
        self.server.stop()


@contextmanager
def running_s3(*, region: str = "us-east-1") -> Iterator[S3Server]:
    """Run a server with a bucket in a region."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    # Its state outlives a server in this process.
    httpx.post(f"{address}/moto-api/reset").raise_for_status()
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name=region,
        aws_access_key_id="tester",
        aws_secret_access_key="secret",
    )
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=BUCKET, **({} if region == "us-east-1" else place))
    try:
        yield S3Server(server, address, client)
    finally:
        server.stop()


def use_s3(settings: Any, address: str, *, region: str = "us-east-1", **options: str) -> None:
    """Have the product store its files in the bucket, by the options that it makes of settings."""
    entry = make_s3_options(bucket=BUCKET, region=region, endpoint=address, **options)
    settings.STORAGES = {**settings.STORAGES, "default": entry}
