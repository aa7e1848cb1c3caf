"""The kinds of messages between the decoder and its client; JSON or bytes follow the kind."""

# The memory that decoding takes, if it is more than the request grants.
NEED = b"n"
# Why the photo is not accepted: `code` and `message`.
REFUSAL = b"r"
# What is known of the photo, and the length of the picture that follows in parts.
FACTS, PART = b"f", b"p"
# How the process ended, after everything else: an exit code, or a negative signal.
ENDED = b"x"
MAX_BYTES = 65_536

# The tasks of a request.
RENDER, MEASURE = "render", "measure"
