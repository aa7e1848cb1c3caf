"""What a prompt asks for besides looks: prices, sizes, reduced and new products, what it excludes."""
