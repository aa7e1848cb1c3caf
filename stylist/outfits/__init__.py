"""Outfits put together from garments by rules that can be told; nothing here is trained.

    outfits = compose(garments, wish=Wish(season=Season.WINTER), taste=Taste(), count=3)
    outfits[0].garments, outfits[0].scored.total, outfits[0].scored.parts
    rows = narrow(pool, around=anchors, wish=wish, taste=taste, per_slot=40)
    purchases = rank_purchases(wardrobe, candidates, wish=wish, taste=taste, count=5)
    taste = Taste(bonuses=learn_bonuses(feedback))
    picture = render_collage(pieces)

Pure functions on plain values: no database, no model, no chance. What is not known of a garment is
None, and counts neither for nor against it. Imports nothing from Django.
"""

from stylist.outfits.collage import Piece, render_collage
from stylist.outfits.composition.compose import Outfit, compose
from stylist.outfits.composition.purchases import Purchase, rank_purchases
from stylist.outfits.composition.shortlist import narrow
from stylist.outfits.feedback import Feedback, Opinion, learn_bonuses
from stylist.outfits.garment import Garment, Slot, Source
from stylist.outfits.pool import Pool
from stylist.outfits.scoring.score import Part, Scored, score_outfit
from stylist.outfits.wishes import OCCASIONS, Occasion, Season, Taste, Wish

__all__ = [
    "OCCASIONS",
    "Feedback",
    "Garment",
    "Occasion",
    "Opinion",
    "Outfit",
    "Part",
    "Piece",
    "Pool",
    "Purchase",
    "Scored",
    "Season",
    "Slot",
    "Source",
    "Taste",
    "Wish",
    "compose",
    "learn_bonuses",
    "narrow",
    "rank_purchases",
    "render_collage",
    "score_outfit",
]
