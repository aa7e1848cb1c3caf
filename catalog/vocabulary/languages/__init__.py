"""Lexicons: the words of other languages for the concepts that encoders know in English.

One TOML file for each language, `<code>.toml` (ISO 639-1). Tables are named by the role of their
concepts (`concepts.Role`); a key is a concept's English text, its value lists the words for it,
separated by commas:

    language = "German"
    ignore = "der, die, das, ein, eine"   # words without a concept: articles, "I am looking for"
    others = "Rockmusik"                  # optional: things that are no garment, made of such words

    [endings]                             # optional: names for lists of endings
    adjective = ["", "e", "er", "es", "en", "em"]
    n = ["", "n"]

    [colours]
    red = "rot~adjective"                 # rot, rote, roter, rotes, roten, rotem
    [kinds]
    dress = "Kleid, Kleider, Kleidern"
    [parts]
    flowers = "Blume~n, Blüte~n"
    [details]
    sleeveless = "ohne Ärmel, ärmellos~adjective"

- A concept is a word of `kinds.toml` or `words.toml`, or is listed in `concepts.toml`. Add what
  is missing there, never to one language alone.
- Words are written as the language writes them, in its case and with its accents. They are
  compared folded: without case, accents, vowel marks and hyphens. So "pantalon", "Pantalón" and
  "pantalón" are one word, and need one entry. Simplified and traditional Chinese are one, too
  (`core/letters.toml`), and so are hiragana and katakana in words of at least three letters.
- A word may be a phrase ("ohne Ärmel"): the longest phrase of a prompt that an entry has wins,
  at most six words.
- `stem~name` stands for the stem with each ending of the list `name`; in a phrase, for any of its
  words: "spódnic~a ołówkow~y". List irregular forms in full.
- A word belongs to one concept of a language: the most likely one for a shopper. Words that differ
  only by accents may differ in meaning ("Größe", "große"): without accents, the first one counts.

Roles whose words join others:

- `[connectives]`: words before what they are about, such as `with = "mit"`, `without = "ohne"`,
  `for = "für"`, `and = "und"`, `or = "oder"`, `not = "nicht, kein~adjective"`. `of` is for words
  that lead to an attribute of the garment: "aus Wolle", "in Rot", "en coton", "a rayas".
- `[postpositions]`: the same concepts, for words after what they are about, such as Turkish
  "kadınlar için" (`for = "için"`). `of` ends an attribute before its noun, such as "的" and "の".

How words are built, all optional:

- `links = ["", "s", "n"]`: the language writes compounds as one word, and these letters stand
  between their parts: "Sommer-kleid", "Leder-jacke". "Wollmantel" needs an entry "Woll".
- `joins = true`: the words of a phrase may be written as one: "تی‌شرت" and "تی شرت".
- `spaces = false`: the language writes no spaces between words: the longest match decides.
- `[prefixes]` and `[suffixes]`: letters at a word that stand for a connective, or for nothing:
  Arabic `"و" = "and"`, `"ال" = ""`; Turkish `"li" = "with"`, `"ler" = ""`. A word that an entry has
  is not taken apart. What is left must be at least two letters, and a word of an entry. Those for
  nothing may stand at any word of a phrase, those for a connective before a phrase.
"""
