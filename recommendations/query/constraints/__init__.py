"""What a prompt asks for besides looks: prices, sizes, sales, novelties, exclusions."""
