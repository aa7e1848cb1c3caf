"""Import of the data of the five systems that Atelier replaces, into one shop.

It stands above all apps, since it writes to most of them, and can be deleted as a whole once no
shop moves any more. `sources` reads files and knows nothing of the product; the others write.
"""
