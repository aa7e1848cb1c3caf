"""Common English words that do not name clothes: never taken for a misspelt garment."""

from collections.abc import Mapping

_WORDS = """
a about above actually after again against ago all almost along already also although always am an
and another any anybody anyone anything anyway are aren't around as ask at away back bad be because
been before being best better between big bit both bought bring but buy by call can can't cannot
carry change check choose clothes clothing come coming cost could couldn't day days dear decide
definitely did didn't different do does doesn't doing don't done each either else enough especially
euro euros eur even evening event ever every everybody everyone everything exactly except family far
favourite favorite feel few fine first fit for friend friends from full garment garments get getting
give go goes going gone good got great had happy hard has have having he hello help her here hers hi
him his home how i i'd i'll i'm i've if in inside instead into is isn't it item items it's its job
just keep kind know large last later least leave less let letter like likes little live look looking
looks lot lots love low made make makes many may maybe me mean medium might mind mine minute month
more morning most mother mostly much must my myself name near nearly need needs never next nice
night no nobody none nor not nothing now of off often okay ok old on once one ones only open opinion
option options or order other others our out outside over own pair part people perhaps person piece
pieces place please plus point possible pounds pound prefer pretty price probably product products
put question quick quite rather ready real really recommend reply right said same saw say second see
seem sell send several shall she shop shopping should show since sister size small so some somebody
someone something sometimes soon sorry sort special spend start still stay store stuff such suggest
sure take taken tell than thank thanks that that's the their them then there these they thing things
think third this those though through time to today together tomorrow tonight too total toward true
try trying turn two type under understand unless until up upon us use used useful usually vs very
via wait want wanted wants was wash watch way we wear wearing weather week weeks well went were
weren't what whatever what's when where whether which while who whole whose why will with within
without woman won't wonder word words work works worn would wouldn't wrong year years yes yesterday
yet you you're young your yours yourself dollar dollars bucks usd gbp quid budget max maximum
maximal minimum min approximately cheap cheaper expensive afford affordable number nr outfit outfits
wardrobe closet brother husband wife boyfriend girlfriend daughter son monday tuesday wednesday
thursday friday saturday sunday january february march april june july august september october
november december coast boats beats house horse course paris london berlin rome italy spain france
germany body shape figure tall skin hair eyes complete match compare colour colours color colors
shade clash combine ironing stain clean care happen exciting tired stylish fashion fashionable idea
ideas advice tip tips stylist style suits suit whats dont im ive id thx pls hey yeah yep nope cool
wow hmm oh ah lol mail card iban phone greet greeting available detail details describe letters find
found machine washable drying dryer search searching interested
"""
COMMON = frozenset(_WORDS.split())


def list_words(table: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each word, from a table of values with their comma-separated words."""
    return {word: value for value, words in table.items() for word in words.split(", ")}
