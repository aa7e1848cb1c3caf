"""Import feeds into a shop's catalogue, in batches that a killed worker's successor continues."""
