"""Names of generated products and brands."""

COLOURS = ("red", "navy", "black", "white", "beige", "green", "pink", "grey")
KINDS = ("dress", "shirt", "trousers", "jacket", "coat", "skirt", "sweater", "t-shirt")
MATERIALS = ("linen", "cotton", "wool", "silk", "denim")
SYLLABLES = ("ka", "lo", "mi", "ru", "ste", "ven", "dor", "pra", "shi", "bel", "nox", "tam")


def choose_words(number: int) -> tuple[str, str, str]:
    """Return the colour, the material and the kind of a product."""
    colour = COLOURS[number % len(COLOURS)]
    return colour, MATERIALS[number % len(MATERIALS)], KINDS[number // 5 % len(KINDS)]


def describe(material: str, kind: str) -> str:
    return f"A {kind} of {material} for warm days at the beach and in town."


def make_word(number: int) -> str:
    """Return a word that no other number below 20,736 has, and no language."""
    word = ""
    for _ in range(4):
        number, place = divmod(number, len(SYLLABLES))
        word += SYLLABLES[place]
    return word
