"""Queries without relevant images: for other things than clothing, and clothing not sold."""

from itertools import product

from catalog.models import Category
from evaluation.search.catalogue import Catalogue
from evaluation.search.judgements import NOT_SOLD, Query

LACKING = "clothing not sold"

THINGS_NOT_SOLD = (
    "cordless drill", "laser printer", "car tyre", "bicycle pump", "washing machine", "garden hose",
    "lawn mower", "frozen pizza", "cat food", "aquarium filter", "acoustic guitar", "grand piano",
    "chess board", "jigsaw puzzle", "baby pram", "office chair", "wooden bookshelf", "dining table",
    "floor lamp", "kitchen knife", "frying pan", "espresso machine", "microwave oven",
    "vacuum cleaner", "smoke detector", "extension lead", "hammer and nails", "paint roller",
    "cement mixer", "solar panel", "gaming laptop", "graphics card", "phone charger", "television",
    "telescope", "camping stove", "fishing rod", "surfboard", "dumbbells", "toothpaste",
    "paracetamol tablets", "potted cactus", "bunch of bananas", "used lorry", "mortgage advice",
    "flight to Lisbon", "hedge trimmer", "spirit level", "circular saw", "masonry bricks",
    "roof tiles", "door handle", "water heater", "radiator valve", "electric kettle", "rice cooker",
    "blender", "dishwasher tablets", "bin bags", "toilet paper", "olive oil", "sourdough bread",
    "chocolate cake", "green tea", "orange juice", "red wine", "smoked salmon", "breakfast cereal",
    "baby formula", "nappies", "cot mattress", "car seat", "roof rack", "windscreen wipers",
    "motor oil", "mountain bike", "skateboard ramp", "treadmill", "yoga mat", "golf clubs",
    "basketball hoop", "rowing boat", "paddling pool", "barbecue grill", "patio heater",
    "garden gnome", "compost heap", "tomato seedlings", "rabbit hutch", "horse saddle", "dog lead",
    "fish tank", "parrot", "encyclopedia", "comic book", "piano lessons", "oil painting",
    "watercolour set", "ballpoint pen", "stapler", "filing cabinet", "whiteboard", "desk lamp",
    "curtain rail", "bath mat", "shower curtain", "duvet cover", "pillow", "rug", "chandelier",
    "mirror", "vase", "cutlery set", "corkscrew", "blood pressure monitor", "wheelchair",
    "plasters", "hearing aid batteries", "cough syrup", "usb cable", "hard disk", "smart speaker",
    "drone", "video projector", "antivirus software", "web hosting", "tax return",
    "dentist appointment", "apartment for rent", "life insurance", "bus timetable",
    "cinema tickets", "driving lessons", "cryptocurrency", "stock market", "cooking recipe",
    "weather forecast", "quantum physics", "football results", "capital of France",
    "how to fix a leaking tap", "asdfgh qwerty", "a quiet hotel near the station",
    "used car with low mileage", "something to eat", "a present for my dog",
)  # fmt: skip


def foreign_queries() -> list[Query]:
    """Return queries for things that no clothing shop sells."""
    return [Query(NOT_SOLD, thing) for thing in THINGS_NOT_SOLD]


def lacking_queries(catalogue: Catalogue) -> list[Query]:
    """Return queries for default categories without images, also in each of the shop's colours.

    Images of narrower categories count: a shop that sells boots sells shoes. Empty if some images
    have no category, because they could be of any category.
    """
    facts = [listing.facts for listing in catalogue.listings.values()]
    sold = {category for fact in facts for category in fact.categories}
    if "" in sold:
        return []
    rows = Category.objects.filter(shop=None).order_by("name")
    kinds = [name.lower() for name in rows.values_list("name", flat=True)]
    lacking = [kind for kind in kinds if kind not in sold]
    colours = sorted({fact.colour for fact in facts} - {""})
    pairs = [f"{colour} {kind}" for kind, colour in product(lacking, colours)]
    return [Query(LACKING, prompt) for prompt in (*lacking, *pairs)]
