"""The kinds' shapes: each function turns a garment's features into parts, painted in order."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Part
from demo.garments.shapes.bags import bag
from demo.garments.shapes.blazers import blazer
from demo.garments.shapes.blouses import blouse
from demo.garments.shapes.bodysuits import bodysuit
from demo.garments.shapes.boots import boots
from demo.garments.shapes.coats import coat
from demo.garments.shapes.dresses import dress
from demo.garments.shapes.hats import hat
from demo.garments.shapes.hoodies import hoodie
from demo.garments.shapes.jackets import jacket
from demo.garments.shapes.knitwear import cardigan, jumper
from demo.garments.shapes.scarves import scarf
from demo.garments.shapes.shirts import polo, shirt
from demo.garments.shapes.skirts import skirt
from demo.garments.shapes.sneakers import sneakers
from demo.garments.shapes.tops import t_shirt, tank_top, top
from demo.garments.shapes.trousers import jeans, shorts, trousers

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
