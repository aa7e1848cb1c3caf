"""uvicorn's protocol is still the one that ours extends."""

import hashlib
import inspect

from uvicorn.protocols.http import flow_control, httptools_impl

# SHA-256 of the source in uvicorn 0.54.
EXTENDED_MODULES = "ea814cf42e50628dba76b72e12900943da6801b4bcf097f11dff4ea2cdc99455"
ADVICE = (
    "uvicorn changed its protocol: see docs/decisions/0013-own-connection-limits.md, "
    "'At a uvicorn upgrade'."
)


def test_uvicorn_has_not_changed_the_protocol_that_ours_extends():
    source = inspect.getsource(httptools_impl) + inspect.getsource(flow_control)
    assert hashlib.sha256(source.encode()).hexdigest() == EXTENDED_MODULES, ADVICE
