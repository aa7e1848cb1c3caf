"""Care of fibres: general advice that is safe unless the care label says otherwise."""

from collections.abc import Mapping

from stylist.chat.rules.lexicon.common_words import list_words

LABEL = "The care label inside has the last word."

CARE: Mapping[str, str] = {
    "wool": "Wash wool seldom: airing it overnight is mostly enough. If it must be, by hand or on "
    "the wool cycle, at most 30 °C, with wool detergent and no softener. Roll it in a towel, dry "
    "it flat, and keep it away from the dryer; it felts with heat and rubbing.",
    "cashmere": "Wash cashmere by hand in lukewarm water with a wool detergent, press the water "
    "out in a towel and dry it flat. Comb pills off gently, and store it folded, not hung.",
    "silk": "Wash silk by hand in cool water with a mild detergent, or have it dry-cleaned. Do not "
    "wring it, dry it in the shade, and iron it on the wrong side while damp, on low.",
    "linen": "Linen can be washed at 30 to 40 °C. Take it out soon, dry it on a hanger and iron it "
    "hot while still damp, or leave the creases: they belong to it.",
    "cotton": "Wash cotton at 30 to 40 °C with like colours, inside out if it is printed. The "
    "dryer may shrink it; iron it on medium to hot.",
    "denim": "Wash denim seldom, inside out, cold or at 30 °C, and let it dry in the air: heat "
    "fades and shrinks it. Dark denim gives off colour at first, so wash it alone.",
    "leather": "Keep leather out of the machine. Wipe it with a soft damp cloth, let it dry away "
    "from heaters, and treat it with leather cream now and then; stains are for a specialist.",
    "suede": "Brush suede dry with a suede brush and protect it with a spray. Water leaves marks, "
    "so let it dry slowly and brush it again; deep stains are for a specialist.",
    "down": "Wash down at 30 °C on a gentle cycle with a down detergent and no softener, then dry "
    "it on low with clean tennis balls until no clump is left; damp down goes bad.",
    "viscose": "Wash viscose at 30 °C on the gentle cycle in a laundry net, for it is weak when "
    "wet. Do not wring it, dry it on a hanger, and iron it on low while slightly damp.",
    "polyester": "Wash polyester at 30 to 40 °C with little softener. It dries fast in the air; "
    "iron it on low only, since heat makes it shine.",
    "synthetics": "Wash elastic and technical fabrics at 30 °C without softener, which clogs them, "
    "and dry them in the air: heat wears out the stretch.",
    "velvet": "Velvet is mostly for the dry cleaner. Steam creases out from the wrong side and "
    "never press the pile with an iron.",
    "fleece": "Wash fleece at 30 °C, inside out and without softener, and let it dry in the air; "
    "a hot dryer mats it.",
}

# The usual fibre of a garment, for shoppers who name none.
FIBRE_OF: Mapping[str, str] = list_words(
    {
        "denim": "jeans, denim jacket, denim shorts, dungarees",
        "wool": "sweater, turtleneck, cardigan, coat, beanie",
        "down": "puffer jacket",
        "fleece": "fleece jacket",
        "cotton": "t-shirt, sweatshirt, hoodie, shirt",
        "synthetics": "leggings, swimsuit, tights, sneakers",
        "leather": "leather jacket, boots, ankle boots, loafers, lace-up shoes, belt, handbag",
    }
)
