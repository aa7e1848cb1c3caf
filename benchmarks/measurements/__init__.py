"""One module for each part of `make bench`."""
