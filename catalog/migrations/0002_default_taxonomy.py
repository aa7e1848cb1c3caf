from django.db import migrations

CATEGORIES = {
    "t-shirt": "Short sleeves, no collar.",
    "long-sleeve top": "Long sleeves, no collar.",
    "top": "Light tops: camisoles, crop tops, tube tops.",
    "tank top": "Sleeveless, undershirts too.",
    "shirt": "A collar and buttons all the way down.",
    "blouse": "Light and loose, often with details at the neck.",
    "polo shirt": "A collar and a short placket.",
    "sweater": "Knitwear: jumpers, pullovers.",
    "cardigan": "Knitwear that opens at the front.",
    "hoodie": "A hood; with or without a zip.",
    "blazer": "Tailored jackets.",
    "jacket": "Short outerwear.",
    "coat": "Long outerwear.",
    "dress": "One piece, with a skirt.",
    "jumpsuit": "One piece, with trousers.",
    "bodysuit": "One piece that closes below; baby bodies too.",
    "skirt": "From mini to maxi.",
    "trousers": "Chinos, slacks, pants of all cuts.",
    "jeans": "Trousers of denim.",
    "leggings": "Close-fitting and stretchy.",
    "shorts": "Above the knee.",
    "shoes": "Sneakers, flats, pumps, loafers.",
    "boots": "Shoes that reach above the ankle.",
    "sandals": "Open shoes.",
    "hat": "Caps, beanies, brimmed hats.",
    "scarf": "Scarves and shawls.",
    "bag": "Handbags, backpacks, totes.",
    "accessory": "Belts, jewellery, sunglasses and the like.",
}
STYLES = {
    "casual": "For every day.",
    "formal": "For occasions with a dress code.",
    "business": "For the office.",
    "smart casual": "Between the office and the evening.",
    "classic": "Never quite out of fashion.",
    "sporty": "For moving, or looking like it.",
    "elegant": "Fine fabrics, quiet details.",
    "streetwear": "From the street and the skate park.",
    "vintage": "As it was worn in decades past.",
    "bohemian": "Loose, patterned, natural.",
    "minimalist": "Plain, with clean lines.",
    "romantic": "Florals, lace, soft colours.",
    "party": "For going out.",
    "summer": "Light, for hot days.",
    "winter": "Warm, for cold days.",
    "outdoor": "For wind and weather.",
    "beach": "For the sea and the pool.",
    "lounge": "For being at home.",
}
AGE_GROUPS = {
    "newborn": "Up to 3 months.",
    "infant": "3 to 12 months.",
    "toddler": "1 to 5 years.",
    "kids": "5 to 13 years.",
    "teen": "13 to 18 years.",
    "adult": "Grown-ups.",
}
TAXONOMY = {"Category": CATEGORIES, "Style": STYLES, "AgeGroup": AGE_GROUPS}


def add_defaults(apps, schema_editor):
    for model, values in TAXONOMY.items():
        facet = apps.get_model("catalog", model)
        facet.objects.bulk_create(
            [facet(name=name, description=description) for name, description in values.items()]
        )


def remove_defaults(apps, schema_editor):
    for model, values in TAXONOMY.items():
        apps.get_model("catalog", model).objects.filter(shop=None, name__in=values).delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_images_facets_and_index")]
    operations = [migrations.RunPython(add_defaults, remove_defaults)]
