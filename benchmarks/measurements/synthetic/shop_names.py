"""Words that no language has, for the names of generated products and brands."""

SYLLABLES = ("ka", "lo", "mi", "ru", "ste", "ven", "dor", "pra", "shi", "bel", "nox", "tam")


def make_word(number: int) -> str:
    """Return a word that no other number below 20,736 has."""
    word = ""
    for _ in range(4):
        number, place = divmod(number, len(SYLLABLES))
        word += SYLLABLES[place]
    return word
