"""Photos that are nearly the same: found by hash and embedding, listed, merged or dismissed."""
