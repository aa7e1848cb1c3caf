"""Details that several kinds of garment share: collars, sleeves, pockets, legs, trims."""
