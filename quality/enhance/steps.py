"""The steps of an enhancement.

Each takes and returns sRGB uint8 (h, w, 3), and works at full strength or at the given `level` in
[0, 1]. `quality.enhance.decisions` decides how much is needed.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from quality.enhance.tones import Tones
from quality.measure.colour_spaces import (
    Floats,
    ciede2000,
    encode_srgb,
    linearise,
    oklab_to_srgb,
    srgb_to_cielab,
    srgb_to_oklab,
)
from quality.measure.detail import (
    BLOCK,
    estimate_grain,
    find_unclipped_blocks,
    from_cosines,
    to_cosines,
)
from quality.measure.frame import Bytes, to_bytes, to_float, to_luma
from quality.measure.subject import Mask, find_box

SHARPENINGS = 3  # rounds; more of them only amplify grain
RINGING = 0.02  # how far sharpening may exceed the range of a pixel's neighbours
MAX_CHROMA_RATIO = np.float32(2)  # reached with three stops more light
LOCAL_CONTRAST = 1.5  # the clip limit of CLAHE
CONTRAST_TILES = (4, 4)
STRIP = 32  # rows whose colours are changed together
THREADS = 2
COLOUR_REACH = 4.0  # sigma in pixels of a photo of 512, over which colours are averaged
SMOOTHED_STRIP = 16 * BLOCK  # rows that are smoothed together
SHIFTS = tuple((row, row * 3 % BLOCK) for row in range(BLOCK))  # no two in a row or column
THRESHOLD = 2.7  # standard deviations; the paper uses 3 with windows at every shift

_OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [0.5, -1, 0.5]], np.float32)
_OPPONENT /= np.linalg.norm(_OPPONENT, axis=1, keepdims=True)


def run_strips(work: Callable[[slice], None], *, height: int, rows: int) -> None:
    """Call `work` with the rows of each strip of an image, in two threads; raise what it raises.

    A strip stays in the processor's cache, and floats exist for the strips only.
    """
    strips = [slice(top, min(top + rows, height)) for top in range(0, height, rows)]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, strips))


def balance(pixels: Bytes, gains: Floats, level: float) -> Bytes:
    """Multiply the channels of linear light by gains (3,), to remove a cast (von Kries)."""
    every = to_float(np.arange(256, dtype=np.uint8))[:, None]
    table = to_bytes(encode_srgb(linearise(every) * gains ** np.float32(level)))
    return np.asarray(cv2.LUT(pixels, table[None]), dtype=np.uint8)


def tone(pixels: Bytes, tones: Tones, level: float, saturation: float) -> Bytes:
    """Change the OKLab lightness by a curve; chroma scales with it, and by `saturation`.

    Chroma in proportion to lightness is the effect of more light; near black it would be noise.
    """
    curve = _lightness_curve(tones, level)
    out = np.empty_like(pixels)

    def change(rows: slice) -> None:
        lab = srgb_to_oklab(pixels[rows])
        lightness = lab[..., 0].copy()
        lab[..., 0] = curve[(np.clip(lightness, 0, 1) * np.float32(1023) + 0.5).astype(np.int32)]
        ratio = lab[..., 0] / np.maximum(lightness, np.float32(1e-3))
        lab[..., 1:] *= np.float32(saturation) * np.minimum(ratio, MAX_CHROMA_RATIO)[..., None]
        out[rows] = to_bytes(oklab_to_srgb(lab))

    run_strips(change, height=len(pixels), rows=STRIP)
    return out


def _lightness_curve(tones: Tones, level: float) -> Floats:
    """Return the new values of 1,024 lightnesses from 0 to 1."""
    targets = tones.levels + level * (tones.targets - tones.levels)
    at = np.concatenate([[0.0], np.minimum(tones.levels, 0.9999), [1.0]])
    become = np.concatenate([[0.0], targets, [1.0]])
    return np.asarray(np.interp(np.linspace(0, 1, 1024), at, become), dtype=np.float32)


def add_local_contrast(pixels: Bytes, level: float) -> Bytes:
    """Mix in the OKLab lightness that CLAHE makes (Zuiderveld, 1994), as 16 bits."""
    lightness = np.empty(pixels.shape[:2], np.uint16)
    out = np.empty_like(pixels)

    def read(rows: slice) -> None:
        lab = srgb_to_oklab(pixels[rows])
        lightness[rows] = np.clip(lab[..., 0], 0, 1) * 65535

    def change(rows: slice) -> None:
        lab = srgb_to_oklab(pixels[rows])
        wanted = equalised[rows].astype(np.float32) / 65535
        lab[..., 0] += np.float32(level) * (wanted - lab[..., 0])
        out[rows] = to_bytes(oklab_to_srgb(lab))

    run_strips(read, height=len(pixels), rows=STRIP)
    equalised = cv2.createCLAHE(LOCAL_CONTRAST, CONTRAST_TILES).apply(lightness)
    run_strips(change, height=len(pixels), rows=STRIP)
    return out


def sharpen(pixels: Bytes, blur: float, level: float) -> Bytes:
    """Undo a Gaussian blur with a sigma of `blur` pixels, without halos.

    Van Cittert's iteration (1931) on luma adds what another blur would remove. Each round stays
    between the darkest and the lightest neighbour, so that edges do not ring.
    """
    luma = to_luma(to_float(pixels))
    neighbours = np.ones((3, 3), np.uint8)
    low = cv2.erode(luma, neighbours) - np.float32(RINGING)
    high = cv2.dilate(luma, neighbours) + np.float32(RINGING)
    sharp = luma
    for _ in range(SHARPENINGS):
        again = cv2.GaussianBlur(sharp, (0, 0), blur)
        sharp = np.clip(sharp + (luma - again), low, high)
    return to_bytes(to_float(pixels) + (np.float32(level) * (sharp - luma))[..., None])


def whiten(pixels: Bytes, mask: Mask) -> Bytes:
    """Make the background white, with a contour that is soft over about two pixels."""
    size = (pixels.shape[1], pixels.shape[0])
    soft = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    scale = max(1.0, max(size) / max(mask.shape))
    soft = cv2.GaussianBlur(soft, (0, 0), scale)
    cover = np.clip((soft - 0.25) * 2, 0, 1)[..., None]
    return to_bytes(to_float(pixels) * cover + (1 - cover))


def reframe(pixels: Bytes, mask: Mask, *, aspect: float | None, fill: float) -> Bytes:
    """Crop and pad so that the garment is centred and fills the share `fill` of the fuller side.

    `aspect` is width by height; None means that of the photo. Padding has the border's colour.
    """
    height, width = pixels.shape[:2]
    box = find_box(mask)
    to_width, to_height = width / mask.shape[1], height / mask.shape[0]
    box_width = (box.right - box.left) * to_width
    box_height = (box.bottom - box.top) * to_height
    aspect = aspect or width / height
    new_height = max(box_height, box_width / aspect) / fill
    size = (round(new_height * aspect), round(new_height))
    left = round((box.left + box.right) / 2 * to_width - size[0] / 2)
    top = round((box.top + box.bottom) / 2 * to_height - size[1] / 2)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    canvas = np.empty((size[1], size[0], 3), np.uint8)
    canvas[:] = np.median(border, axis=0).astype(np.uint8)
    into_x, into_y = max(0, -left), max(0, -top)
    part = pixels[max(0, top) : top + size[1], max(0, left) : left + size[0]]
    canvas[into_y : into_y + part.shape[0], into_x : into_x + part.shape[1]] = part
    return canvas


def measure_colour_change(before: Floats, after: Floats, mask: Mask) -> float:
    """Return the change of the garment's colour at equal lightness: mean CIEDE2000, from 0.

    `before` and `after` are sRGB float32 (h, w, 3) in [0, 1] at the normalised size. More light
    changes a garment's lightness, and its chroma in proportion, but not its colour. So the garment
    before is scaled to its lightness afterwards. Both are smoothed, because grain is not colour.
    """
    rows = np.flatnonzero(mask.ravel())
    rows = rows[:: max(1, len(rows) // 4000)]
    smooth = (cv2.GaussianBlur(image, (0, 0), COLOUR_REACH) for image in (before, after))
    shown, now_shown = (np.asarray(image, np.float32).reshape(-1, 3)[rows] for image in smooth)
    was, now = srgb_to_oklab(shown), srgb_to_oklab(now_shown)
    ratio = np.maximum(now[:, :1], 1e-3) / np.maximum(was[:, :1], 1e-3)
    as_lit = oklab_to_srgb(was * ratio.astype(np.float32))
    return float(ciede2000(srgb_to_cielab(as_lit), srgb_to_cielab(now_shown)).mean())


def measure_planes(pixels: Bytes) -> Floats:
    """Return the standard deviation of the noise in each of the three planes, of 255, (3,)."""
    luma = to_luma(to_float(pixels))
    blocks = find_unclipped_blocks(luma, np.ones(luma.shape, dtype=bool))
    planes = (_plane(pixels, weights) for weights in _OPPONENT)
    return np.array([estimate_grain(plane, blocks) for plane in planes], dtype=np.float32)


def smooth(pixels: Bytes, deviations: Floats) -> Bytes:
    """Remove noise of these standard deviations (3,), in steps of 1/255, and preserve edges.

    Yu & Sapiro, "DCT image denoising" (2011): cosines of 8 x 8 windows that are not stronger than
    the noise are set to 0; the mean over windows at several shifts has no visible borders. The
    planes are brightness and two differences of the channels.
    """
    height, width = pixels.shape[:2]
    reach = (BLOCK, 2 * BLOCK, BLOCK, 2 * BLOCK)
    padded = np.asarray(cv2.copyMakeBorder(pixels, *reach, cv2.BORDER_REFLECT_101), np.uint8)
    out = np.empty_like(pixels)

    def smooth_rows(rows: slice) -> None:
        # With the rows that windows at any shift need.
        around = padded[rows.start : rows.stop + 3 * BLOCK]
        smoothed = _smooth_planes(around, deviations)
        out[rows] = smoothed[BLOCK : BLOCK + rows.stop - rows.start, BLOCK : BLOCK + width]

    run_strips(smooth_rows, height=height, rows=SMOOTHED_STRIP)
    return out


def _smooth_planes(pixels: Bytes, deviations: Floats) -> Bytes:
    """Smooth a strip; the result is only valid a window away from its border."""
    out = np.empty(pixels.shape, np.float32)
    for channel, (weights, deviation) in enumerate(zip(_OPPONENT, deviations, strict=True)):
        plane = _plane(pixels, weights)
        total = np.zeros(plane.shape, np.float32)
        for shift in SHIFTS:
            _add_smoothed(plane, shift, THRESHOLD * float(deviation), total)
        out[..., channel] = total / len(SHIFTS)
    return to_bytes(out @ _OPPONENT / np.float32(255))


def _plane(pixels: Bytes, weights: Floats) -> Floats:
    return np.asarray(cv2.transform(pixels.astype(np.float32), weights[None]), dtype=np.float32)


def _add_smoothed(plane: Floats, shift: tuple[int, int], threshold: float, total: Floats) -> None:
    """Add the plane without cosines below `threshold` to `total`, for windows at one shift."""
    rows, columns = ((plane.shape[axis] - shift[axis]) // BLOCK for axis in (0, 1))
    at = tuple(
        slice(start, start + count * BLOCK)
        for start, count in zip(shift, (rows, columns), strict=True)
    )
    cosines = to_cosines(np.ascontiguousarray(plane[at]))
    means = cosines[:, 0, :, 0].copy()
    cosines[np.abs(cosines) < threshold] = 0
    cosines[:, 0, :, 0] = means
    total[at] += from_cosines(cosines)
