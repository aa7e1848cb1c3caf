"""Options of the storage backend for S3, and for servers that speak its protocol."""

from typing import Any

from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured

ENCRYPTIONS = ("", "AES256", "aws:kms")
LINK_SECONDS = 3_600
CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 10
MAX_ATTEMPTS = 2
# A file never changes: a new photo has a new key.
CACHE_CONTROL = "private, max-age=31536000, immutable"


def make_s3_options(
    *, bucket: str, region: str, endpoint: str = "", encryption: str = "", kms_key: str = ""
) -> dict[str, Any]:
    """Return an entry of `STORAGES`; raise `ImproperlyConfigured`.

    It names no credentials: boto3 finds those of the environment, or of the machine's role, which
    it renews. `endpoint` is the address of a server other than Amazon's, `encryption` one of
    `ENCRYPTIONS`, and `kms_key` the id or ARN of a key; without one, `aws:kms` takes the bucket's.
    """
    if encryption not in ENCRYPTIONS:
        raise ImproperlyConfigured("S3_ENCRYPTION must be empty, AES256 or aws:kms.")
    if kms_key and encryption != "aws:kms":
        raise ImproperlyConfigured("S3_KMS_KEY_ID needs S3_ENCRYPTION=aws:kms.")
    parameters = {
        "CacheControl": CACHE_CONTROL,
        "ServerSideEncryption": encryption,
        "SSEKMSKeyId": kms_key,
    }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "region_name": region,
            "endpoint_url": endpoint or None,
            "client_config": _make_config(bucket, endpoint),
            "object_parameters": {name: value for name, value in parameters.items() if value},
            "querystring_auth": True,
            "querystring_expire": LINK_SECONDS,
            "file_overwrite": False,
            "default_acl": None,
        },
    }


def _make_config(bucket: str, endpoint: str) -> Config:
    # Links of virtual hosts name the region's own host. The others name a global one, which does
    # not serve every region. A certificate for `*.s3.…` does not cover a bucket with a dot.
    has_own_host = not endpoint and "." not in bucket
    # Other servers may not know the checksums that Amazon's clients add.
    checksums = "when_required" if endpoint else "when_supported"
    return Config(
        # By default, boto3 signs links in the oldest regions by version 2, which KMS refuses.
        signature_version="s3v4",
        s3={"addressing_style": "virtual" if has_own_host else "path"},
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )
