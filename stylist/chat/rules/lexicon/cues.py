"""Phrases that show what a message asks for, as patterns on lower-case words."""

import re


def _compile(phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{phrases})(?!\w)")


GREETING = _compile(
    "hi|hiya|hey|hello|good morning|good afternoon|good evening|greetings|how are you"
)
THANKS = _compile(
    "thanks|thank you|thx|cheers|much appreciated|that all|that is all|bye|goodbye|perfect|great|"
    "awesome|lovely thanks|i love it"
)
HELP = _compile(
    "help|what can you do|what do you do|how does this work|how do you work|who are you|"
    "what are you|are you (?:a )?(?:human|bot|robot|real|ai|person)|what can i ask"
)

CARE = _compile(
    "wash(?:ing|able|ed)?|machine wash|iron(?:ing|ed)?|launder|laundry|shrink(?:ing|s)?|shrunk|"
    "stains?|pill(?:s|ing)|take care of|care for|care of|look after|dry clean(?:ed|ing)?|tumble|"
    "dryer|bleach|hand wash|fad(?:e|es|ing)|how (?:do|can|should) i (?:clean|dry|store|brush)|"
    "clean (?:my|a|the|this|these)|get (?:.{1,20} )?out of (?:my|a|the|this)|creases?|wrinkles?|"
    "waterproof (?:my|these|this)"
)

COMPARE = _compile(
    "compare|comparison|difference between|differ(?:s)?|which (?:one )?is better|"
    r"which (?:one )?is (?:the )?(?:cheaper|cheapest|nicer|best|more \w+)|"
    "which of (?:these|those|them|the)|vs|versus|better than|"
    "which (?:one )?(?:should|would|do) (?:i|you)"
)
OR = _compile("or")

COLOUR_WORD = _compile("colours?|colors?|shades?|palette|colou?red")
GOES = _compile(
    "go(?:es)? (?:well |good |nicely |best |together )?with|going with|went with|go together|"
    r"goes together|match(?:es|ing)?|pairs? (?:\w+ ){0,4}with|pairs? well|pairing|"
    r"wear (?:\w+ ){0,5}with|worn with|works? with|works? together|"
    r"combin(?:e|es|ing) (?:\w+ ){0,5}with|look good with|looks good with|"
    "suits? (?:my|this|that|these|those|it)|clash(?:es)?(?: with)?|"
    "style (?:a|an|my|the|this|that|these|those|it)|how (?:do|can|should) i wear|complements?|"
    "to wear with|fits? (?:to|with)|on top of my"
)
# The word in such a phrase that comes before the garment to match.
WITH = _compile(
    "with|match(?:es|ing)?|suits?|style|complements?|pair|clash(?:es)?|wear|combine|does|do|will|"
    "would|fits? to|on top of"
)

ALLOWED = re.compile(
    r"^(?:is|are|can|may) .*\b(?:ok|okay|fine|allowed|appropriate|suitable|right)\b"
)
WHETHER = re.compile(r"^(?:(?:ok|and|so|but) )?(?:can|could|do|does|would|is|are|may|should) ")

SUITS_ME = _compile("suits? me|look good on me|looks good on me|right for me|my colour")

DETAILS = _compile(
    "how much|price of|what (?:does|do|is) .{1,30} costs?|tell me (?:more )?about|more about|"
    "available|details?|describe|the link|i(?:'ll| will)? (?:like|take|love)"
)

OUTFIT = _compile(
    "outfits?|(?:whole|full|complete|entire|new) look|looks? for|a look|complete the look|"
    "ensemble|combinations?|put together|dress me|style me|head to toe|get[ -]?up|"
    "what (?:should|can|could|shall|do) i wear|what to wear|help me dress|"
    "how (?:should|do) i dress|make me (?:a|an) look|something to wear|nothing to wear|dress code|"
    "surprise me|inspire me"
)

WARDROBE = _compile(
    "do i (?:already )?(?:own|have)|i (?:already )?own|have i got|"
    "(?:my|in my|in the) (?:wardrobe|closet|cupboard)|(?:show|list|see)(?: me)? (?:all )?my|"
    "clothes of mine"
)

FIND = _compile(
    "show me|show|find(?: me)?|search(?:ing)?(?: for)?|look(?:ing)? for|need|"
    "i(?:'d| would)? (?:want|like)|buy|get me|do you (?:have|sell|stock)|have you got|got any|any|"
    "recommend|suggest|i'm after|shop for|give me|something|wish for|can i see|are there"
)

WEAR = _compile(
    "wear|dress|put on|go to|going to|invited to|have an?|there's an?|attend(?:ing)?|got an?"
)

# Changes of the last intent.
CHEAPER = _compile(
    "cheaper|less expensive|more affordable|too expensive|too pricey|too dear|lower price|"
    "costs? less|not so expensive"
)
DEARER = _compile("more expensive|pricier|higher end|more luxurious|fancier price|better quality")
DRESSIER = _compile(
    "more formal|dressier|smarter|more elegant|more dressy|less casual|too casual|fancier|"
    "dress it up|more professional|not formal enough|more business"
)
PLAINER = _compile(
    "less formal|more casual|more relaxed|too formal|too dressy|dress it down|less dressy|"
    "more laid back|too fancy|less elegant|too smart"
)
OTHERS = _compile(
    "something else|anything else|another(?: one)?|others?|other ones|other options?|"
    "different(?: ones?)?|show (?:me )?more|more like|more options?|next|similar(?: to)?|again|"
    "don't like (?:it|them|this|that|these|those|any)|what else|any more|more please|^more$|"
    "none of (?:these|those|them)"
)


def has_change(joined: str) -> bool:
    """Check for words that change the last intent: cheaper, dressier, something else."""
    return any(cue.search(joined) for cue in (CHEAPER, DEARER, DRESSIER, PLAINER, OTHERS))


INSTEAD = _compile(
    "instead of|rather than|in place of|replace|swap(?: out)?|change|exchange|without the"
)
SAME_LIKE = _compile("what about|how about|instead|same|make it|also|^and|too")

# Besides those of search.
NOT = ("hate", "don't need", "do not need")

# Other topics; the weak words count only in messages that are not about clothes.
PRIVATE = _compile(
    "(?:other|another|different) (?:shopper|customer|user|person|client)s?'?s?|"
    r"(?:shopper|customer|user|client) (?:id )?\d+|someone else's?|everyone's|"
    "all (?:the )?(?:shoppers|customers|users)|system prompt|your (?:instructions|prompt|rules)|"
    "(?:ignore|forget|disregard) (?:all |your |the |any |previous |prior |everything)|api key|"
    "passwords?|database|developer mode|credit cards?|card numbers?"
)
SERVICE = _compile(
    "my orders?|order status|order number|refunds?|return (?:policy|this|it|an|my)|returns|"
    "deliver(?:y|ed)|shipping|ship to|tracking|invoice|cancel (?:my|the|an) order|opening hours|"
    "discount codes?|vouchers?|coupons?|promo codes?|gift cards?|warranty|complaint|"
    "customer service|payment|pay with|paypal|in stock|exchange policy"
)
OUTSIDE = _compile(
    r"write (?:me )?(?:a|an|some|my) (?:\w+ )?(?:poem|essay|code|song|story|email|letter|script)|"
    "poem|translate|jokes?|recipes?|solve|python|javascript|homework|"
    "who (?:won|is the president|was)|president|election|politics|capital of|bitcoin|stocks?|"
    r"invest(?:ment)?|medicine|doctor|diagnos\w+|symptoms?|lawyer|legal advice|tax(?:es)?|"
    "religion|meaning of life"
)
OUTSIDE_WEAK = _compile(
    "weather|forecast|football|news|movies?|films?|music|cook|pizza|pasta|food|hotels?|flights?|"
    "cars?|phones?|laptops?|computers?|games?|maths?|history|science|physics|planets?|moon|"
    "distance|how far|how old|population|what time|what day|dogs?|cats?|war|book|tv|headache|sick|"
    "love life|girlfriend|boyfriend|god|train|bus|plus|times|minus|divided|square root"
)

# Every word of these phrases: none is a misspelt garment.
WORDS = frozenset(
    word
    for pattern in [value for value in globals().values() if isinstance(value, re.Pattern)]
    for word in re.findall(r"[a-z]{4,}", pattern.pattern)
)
