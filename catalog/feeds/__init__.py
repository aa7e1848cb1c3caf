"""Read feeds: files of products, exported by a shop's software or made of our own fields."""
