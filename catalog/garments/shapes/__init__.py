"""The kinds' shapes: each function turns a garment's features into parts, painted in order."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Part
from catalog.garments.shapes.bags import bag
from catalog.garments.shapes.blazers import blazer
from catalog.garments.shapes.blouses import blouse
from catalog.garments.shapes.bodysuits import bodysuit
from catalog.garments.shapes.boots import boots
from catalog.garments.shapes.coats import coat
from catalog.garments.shapes.dresses import dress
from catalog.garments.shapes.hats import hat
from catalog.garments.shapes.hoodies import hoodie
from catalog.garments.shapes.jackets import jacket
from catalog.garments.shapes.knitwear import cardigan, jumper
from catalog.garments.shapes.scarves import scarf
from catalog.garments.shapes.shirts import polo, shirt
from catalog.garments.shapes.skirts import skirt
from catalog.garments.shapes.sneakers import sneakers
from catalog.garments.shapes.tops import t_shirt, tank_top, top
from catalog.garments.shapes.trousers import jeans, shorts, trousers

Shape = Callable[[Garment, np.random.Generator], list[Part]]

SHAPES: MappingProxyType[str, Shape] = MappingProxyType(
    {
        "t-shirt": t_shirt,
        "long-sleeve top": t_shirt,
        "tank top": tank_top,
        "top": top,
        "bodysuit": bodysuit,
        "polo shirt": polo,
        "shirt": shirt,
        "blouse": blouse,
        "hoodie": hoodie,
        "jumper": jumper,
        "cardigan": cardigan,
        "blazer": blazer,
        "coat": coat,
        "jacket": jacket,
        "dress": dress,
        "skirt": skirt,
        "trousers": trousers,
        "jeans": jeans,
        "shorts": shorts,
        "sneakers": sneakers,
        "boots": boots,
        "hat": hat,
        "bag": bag,
        "scarf": scarf,
    }
)
