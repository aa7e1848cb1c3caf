from django.db import migrations

from catalog.vocabulary.name_keys import make_key

GROUPS = {
    "clothing": "All that is worn, except shoes and accessories.",
    "outerwear": "Worn over other clothes.",
    "knitwear": "Knitted tops.",
}
# By the name of a default category, those directly below it.
TREE = {
    "clothing": (
        *("top", "knitwear", "hoodie", "outerwear", "dress", "jumpsuit", "bodysuit"),
        *("skirt", "trousers", "shorts"),
    ),
    "top": ("t-shirt", "long-sleeve top", "tank top", "shirt", "blouse", "polo shirt"),
    "knitwear": ("sweater", "cardigan"),
    "outerwear": ("jacket", "coat", "blazer"),
    "trousers": ("jeans", "leggings"),
    "shoes": ("boots", "sandals"),
    "accessory": ("hat", "scarf", "bag"),
}
CATEGORY_ALIASES = {
    "clothing": ("apparel", "clothes"),
    "accessory": ("clothing accessories", "fashion accessories", "hair accessories"),
}
AGE_GROUP_ALIASES = {
    "infant": ("baby",),
    "kids": ("children", "junior"),
    "teen": ("teenager", "youth"),
    "adult": ("grown-up",),
}


def add_tree(apps, schema_editor):
    category = apps.get_model("catalog", "Category")
    defaults = category.objects.filter(shop=None)
    for name, description in GROUPS.items():
        if not defaults.filter(name__iexact=name).exists():
            category.objects.create(name=name, description=description)
    for name, narrower in TREE.items():
        parent = defaults.filter(name=name).first()
        defaults.filter(name__in=narrower, parent=None).update(parent=parent)
    add_aliases(apps, "Category", CATEGORY_ALIASES)
    add_aliases(apps, "AgeGroup", AGE_GROUP_ALIASES)


def add_aliases(apps, model, aliases):
    facets = apps.get_model("catalog", model).objects.filter(shop=None)
    alias = apps.get_model("catalog", f"{model}Alias")
    for name, texts in aliases.items():
        # An operator may have renamed or deleted the default value.
        if facet := facets.filter(name=name).first():
            for text in texts:
                alias.objects.get_or_create(
                    shop=None, key=make_key(text), defaults={"facet": facet, "text": text}
                )


def remove_tree(apps, schema_editor):
    """Remove the tree, and its groups where no image uses them."""
    category, image = apps.get_model("catalog", "Category"), apps.get_model("catalog", "Image")
    category.objects.update(parent=None)
    used = image.objects.filter(category__isnull=False).values("category")
    category.objects.filter(shop=None, name__in=GROUPS).exclude(pk__in=used).delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_category_tree_and_aliases")]
    operations = [migrations.RunPython(add_tree, remove_tree)]
