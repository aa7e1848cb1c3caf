"""Decodes untrusted photos in child processes.

It imports nothing of the product, so that its processes are small and contain no secrets.
`core.decoders` is its client.
"""
