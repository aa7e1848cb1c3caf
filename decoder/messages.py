"""The messages between a decoder and its client.

A request is JSON with the open file of a photo. An answer has several messages, each one byte for
its kind and then JSON or bytes.
"""

# The memory that decoding takes, if it is more than the request grants.
NEED = b"n"
# Why the photo is not accepted: `code` and `message`.
REFUSAL = b"r"
# What is known of the photo, and the length of the picture that follows in parts.
FACTS, PART = b"f", b"p"
# The answer is complete, and the process waits for the next request.
DONE = b"d"
# How the process ended, after everything else: an exit code, or a negative signal.
ENDED = b"x"
MAX_BYTES = 65_536

# The tasks of a request.
RENDER, MEASURE = "render", "measure"
