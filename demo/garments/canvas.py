"""Paint parts into layers: colour, height and coverage of the cloth at each pixel.

Colours are linear light by the gamma-2 approximation, float32 (h, w, 3) in [0, 1]; heights are
pixels towards the viewer, float32 (h, w); coverage is float32 (h, w) in [0, 1].
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.garments.parts import Button, Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import Points, length, resample
from demo.garments.tiles import Tile
from demo.garments.view import Cloth, Layer, View

Box = tuple[slice, slice]
SHIFT = 4  # bits of sub-pixel precision that OpenCV's drawing takes


class Canvas:
    """The layers of one picture, painted part by part."""

    def __init__(
        self, *, height: int, view: View, cloths: dict[str, Cloth], rng: np.random.Generator
    ) -> None:
        self.size = (height, round(height * 3 / 4))
        self.view = view
        self.cloths = cloths
        self.unit = view.unit
        self.colour: Layer = np.zeros((*self.size, 3), np.float32)
        self.relief: Layer = np.zeros(self.size, np.float32)
        self.cover: Layer = np.zeros(self.size, np.float32)
        self.gloss: Layer = np.zeros(self.size, np.float32)
        # Folds are soft, so they are drawn at a fraction of the size.
        self.coarse = max(1, round(height / 256))
        self.drape = self._drape(rng)

    def paint(self, parts: Iterable[Part]) -> None:
        """Paint the parts in order, each over the ones before."""
        for part in parts:
            match part:
                case Panel():
                    self._panel(part)
                case Ribs():
                    self._ribs(part)
                case Seam():
                    self._seam(part)
                case Stitches():
                    self._stitches(part)
                case Cord():
                    self._cord(part)
                case Button():
                    self._button(part)

    def _drape(self, rng: np.random.Generator) -> Layer:
        """Return soft random hills over the whole picture, with heights of about ±1."""
        size = (self.size[1] // self.coarse + 1, self.size[0] // self.coarse + 1)
        hills = np.zeros(size[::-1], np.float32)
        for columns, rows, strength in ((5, 4, 1.0), (10, 6, 0.5), (24, 16, 0.20)):
            noise = rng.standard_normal((rows, columns)).astype(np.float32)
            hills += strength * cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)
        return hills

    # -- masks

    def _box(self, pixels: Points, *, margin: float = 2) -> Box | None:
        """Return slices around the points, or None if these lie outside the picture."""
        low = np.maximum(np.floor(pixels.min(axis=0) - margin), 0).astype(int)
        high = np.minimum(np.ceil(pixels.max(axis=0) + margin + 1), self.size[::-1]).astype(int)
        if (high <= low).any():
            return None
        return slice(low[1], high[1]), slice(low[0], high[0])

    @staticmethod
    def _fixed(pixels: Points, box: Box, *, scale: float = 1.0) -> NDArray[np.int32]:
        corner = np.array([box[1].start, box[0].start])
        fixed: NDArray[np.int32] = np.round((pixels - corner) * scale * (1 << SHIFT)).astype(
            np.int32
        )
        return fixed

    def _filled(self, pixels: Points, box: Box) -> Layer:
        mask = np.zeros((box[0].stop - box[0].start, box[1].stop - box[1].start), np.uint8)
        cv2.fillPoly(mask, [self._fixed(pixels, box)], 255, cv2.LINE_AA, SHIFT)
        return mask.astype(np.float32) / np.float32(255)

    def _stroked(self, curves: list[Points], box: Box, *, width: float) -> Layer:
        """Draw open curves `width` garment units wide; thinner than a pixel becomes fainter."""
        mask = np.zeros((box[0].stop - box[0].start, box[1].stop - box[1].start), np.uint8)
        pixels = width * self.unit
        ink = int(255 * min(1.0, pixels))
        drawn = [self._fixed(curve, box) for curve in curves]
        cv2.polylines(mask, drawn, False, ink, max(1, round(pixels)), cv2.LINE_AA, SHIFT)
        return mask.astype(np.float32) / np.float32(255)

    # -- relief

    def _roundness(self, panel: Panel, box: Box) -> Layer:
        """Return the height of the piece from its shape: high in the middle, low at the rims."""
        whole = self.view.place(panel.outline if panel.body is None else panel.body)
        small, scale = self._coarse_mask(whole, box)
        reach, depth = panel.bulge
        # The distances of a shape that fills its box would be infinite.
        away = np.minimum(cv2.distanceTransform(small, cv2.DIST_L2, 3), max(small.shape)) / scale
        t = np.minimum(away / (reach * self.unit), 1)
        swell = reach * self.unit * depth * t * (2 - t)
        swell = cv2.GaussianBlur(swell, (0, 0), max(0.6, 0.28 * reach * self.unit * scale))
        return np.asarray(swell, dtype=np.float32)

    def _coarse_mask(self, pixels: Points, box: Box) -> tuple[NDArray[np.uint8], float]:
        scale = 1 / self.coarse
        rows, columns = (-(-(side.stop - side.start) // self.coarse) for side in box)
        mask = np.zeros((rows, columns), np.uint8)
        cv2.fillPoly(mask, [self._fixed(pixels, box, scale=scale)], 255, cv2.LINE_8, SHIFT)
        return mask, scale

    def _folded(self, panel: Panel, box: Box, size: tuple[int, int]) -> Layer:
        """Return the coarse relief of the piece's folds and its random drape."""
        top, left = box[0].start // self.coarse, box[1].start // self.coarse
        drape = self.drape[top : top + size[0], left : left + size[1]]
        relief = np.zeros(size, np.float32)
        relief[: drape.shape[0], : drape.shape[1]] = 0.36 * panel.wrinkles * self.unit * drape
        for fold in panel.folds:
            relief += self._crease(fold, box, size)
        return relief

    def _crease(self, fold: Fold, box: Box, size: tuple[int, int]) -> Layer:
        scale = 1 / self.coarse
        pixels = self._fixed(self.view.place(resample(fold.curve, count=13)), box, scale=scale)
        mask = np.zeros(size, np.uint8)
        sigma = max(0.5, 0.45 * fold.width * self.unit * scale)
        thick = max(1, round(sigma))
        for k in range(12):
            ink = int(255 * np.sin(np.pi * (k + 0.5) / 12) ** 0.7)
            start, stop = (tuple(int(v) for v in pixels[k + j]) for j in (0, 1))
            cv2.line(mask, start, stop, ink, thick, cv2.LINE_AA, SHIFT)
        soft = cv2.GaussianBlur(mask, (0, 0), sigma).astype(np.float32)
        peak = float(soft.max())
        return soft * np.float32(fold.depth * self.unit / peak) if peak > 0 else soft

    # -- parts

    def _panel(self, panel: Panel) -> None:
        pixels = self.view.place(panel.outline)
        box = self._box(pixels)
        if box is None:
            return
        mask = self._filled(pixels, box)
        round_relief = self._roundness(panel, box)
        folds = self._folded(panel, box, round_relief.shape[:2])
        shape = mask.shape[::-1]
        grown = (round_relief.shape[1] * self.coarse, round_relief.shape[0] * self.coarse)
        relief = cv2.resize(round_relief + folds, grown, interpolation=cv2.INTER_LINEAR)
        relief = relief[: shape[1], : shape[0]]
        relief = relief + np.float32((panel.lift + panel.edge) * self.unit)
        if panel.laid:
            relief = relief + self.relief[box]
        colour = self._cloth(panel, box, folds)
        cloth = self.cloths[panel.cloth]
        if cloth.fade:
            colour *= self._fade(cloth.fade, round_relief, panel, mask.shape)
        self._lay(box, mask, colour=colour, relief=relief, gloss=cloth.gloss)

    def _cloth(self, panel: Panel, box: Box, folds: Layer) -> Layer:
        """Return the piece's colours over the box, its pattern bent a little by the folds."""
        cloth = self.cloths[panel.cloth]
        rows, columns = (side.stop - side.start for side in box)
        if cloth.pattern is None:
            colour = np.broadcast_to(cloth.inks[0], (rows, columns, 3))
        else:
            weights = self._tiled(cloth.pattern, cloth.repeat, panel.grain, box, folds)
            rest = 1 - weights.sum(axis=2, keepdims=True).clip(0, 1)
            colour = weights @ cloth.inks[1:] + rest * cloth.inks[0]
        tone: float | Layer = panel.tone
        if cloth.weave is not None:
            count = len(cloth.weave)
            repeats = (-(-rows // count) + 1, -(-columns // count) + 1)
            tone = panel.tone * (1 + np.tile(cloth.weave, repeats)[:rows, :columns, None])
        return np.asarray(colour * tone, dtype=np.float32)

    def _fade(self, fade: float, swell: Layer, panel: Panel, size: tuple[int, ...]) -> Layer:
        """Return the lightness of washed denim: pale on raised areas, dark along seams."""
        reach, depth = panel.bulge
        share = np.clip(swell / (reach * depth * self.unit) - 0.5, -0.5, 0.5)
        grown = (swell.shape[1] * self.coarse, swell.shape[0] * self.coarse)
        large = cv2.resize(share, grown, interpolation=cv2.INTER_LINEAR)[: size[0], : size[1]]
        return np.asarray(1 + 2 * fade * large[..., None], dtype=np.float32)

    def _tiled(self, tile: Tile, repeat: float, grain: float, box: Box, folds: Layer) -> Tile:
        scale = len(tile) / (repeat * self.unit)
        rows, columns = (side.stop - side.start for side in box)
        x = np.arange(columns, dtype=np.float32)[None] + (box[1].start - self.view.middle[0])
        y = np.arange(rows, dtype=np.float32)[:, None] + (box[0].start - self.view.middle[1])
        grown = (folds.shape[1] * self.coarse, folds.shape[0] * self.coarse)
        bend = cv2.resize(folds, grown, interpolation=cv2.INTER_LINEAR)[:rows, :columns]
        turn = grain + self.view.turn
        cos, sin = np.float32(np.cos(turn) * scale), np.float32(np.sin(turn) * scale)
        bend = bend * np.float32(0.9 * scale)
        u = np.mod(cos * x + sin * y + bend, len(tile)).astype(np.float32)
        v = np.mod(cos * y - sin * x + bend, len(tile)).astype(np.float32)
        return np.asarray(cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))

    def _lay(
        self, box: Box, mask: Layer, *, colour: Layer, relief: Layer, gloss: float = 0.0
    ) -> None:
        """Cover the box with the piece, as far as `mask` says."""
        solid = mask[..., None]
        self.colour[box] += solid * (colour - self.colour[box])
        self.relief[box] += mask * (relief - self.relief[box])
        self.gloss[box] += mask * (np.float32(gloss) - self.gloss[box])
        np.maximum(self.cover[box], mask, out=self.cover[box])

    def _dent(self, curves: list[Points], *, width: float, depth: float, tone: float) -> None:
        """Press lines into the cloth (or raise them when `depth` < 0) and tint them."""
        box = self._box(np.vstack(curves), margin=2 + width * self.unit)
        if box is None:
            return
        mask = self._stroked(curves, box, width=width)
        self.relief[box] -= mask * np.float32(depth * self.unit)
        self.colour[box] *= 1 - mask[..., None] * np.float32(1 - tone)

    def _ribs(self, ribs: Ribs) -> None:
        count = max(3, round(max(length(ribs.inner), length(ribs.outer)) / ribs.spacing))
        ends = [self.view.place(resample(side, count=count)) for side in (ribs.inner, ribs.outer)]
        lines = [np.stack(pair) for pair in zip(*ends, strict=True)]
        self._dent(lines, width=0.42 * ribs.spacing, depth=ribs.depth, tone=0.9)

    def _seam(self, seam: Seam) -> None:
        curve = self.view.place(seam.curve)
        self._dent([curve], width=seam.width, depth=seam.depth, tone=0.9)

    def _stitches(self, stitches: Stitches) -> None:
        count = max(2, round(length(stitches.curve) / (0.45 * stitches.dash)))
        points = self.view.place(resample(stitches.curve, count=count))
        dashes = [points[k : k + 2] for k in range(0, count - 1, 2)]
        box = self._box(points)
        if box is None:
            return
        if stitches.thread is None:
            self._dent(dashes, width=0.16, depth=0.12, tone=0.80)
            return
        mask = self._stroked(dashes, box, width=0.22)
        thread = np.broadcast_to(self.cloths[stitches.thread].inks[0], (*mask.shape, 3))
        self.colour[box] += mask[..., None] * (thread - self.colour[box])

    def _cord(self, cord: Cord) -> None:
        curve = self.view.place(cord.curve)
        box = self._box(curve, margin=2 + cord.width * self.unit)
        if box is None:
            return
        mask = self._stroked([curve], box, width=cord.width)
        sigma = max(0.5, 0.22 * cord.width * self.unit)
        crown = cv2.GaussianBlur(mask, (0, 0), sigma) * np.float32(0.9 * cord.width * self.unit)
        cloth = self.cloths[cord.cloth]
        colour = np.broadcast_to(cloth.inks[0], (*mask.shape, 3))
        relief = self.relief[box] + crown
        self._lay(box, mask, colour=colour, relief=relief, gloss=cloth.gloss)

    def _button(self, button: Button) -> None:
        centre = self.view.place(np.array([[button.x, button.y]]))
        radius = button.radius * self.unit
        turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        box = self._box(centre + ring * radius)
        if box is None:
            return
        mask = self._filled(centre + ring * radius, box)
        cloth = self.cloths[button.cloth]
        colour = np.broadcast_to(cloth.inks[0], (*mask.shape, 3))
        under = float(np.median(self.relief[box]))
        rim = mask - 0.45 * self._filled(centre + ring * (0.68 * radius), box)
        relief = under + rim * np.float32(0.55 * radius)
        self._lay(box, mask, colour=colour, relief=relief, gloss=0.35)
        if button.holes:
            around = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]]) * 0.26 * radius
            holes = [np.stack([at, at + 0.01]) for at in centre + around]
            self._dent(holes, width=0.17 * button.radius / 0.75, depth=0.0, tone=0.35)
