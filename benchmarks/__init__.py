"""What the product promises about speed and size, measured on real processes: `make bench`."""
