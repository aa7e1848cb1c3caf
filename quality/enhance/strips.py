"""Work on an image a few rows at a time.

What is worked on stays in the processor's cache, two cores share it, and floats are held of a strip
alone, not of the whole image.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

THREADS = 2


def each_strip(work: Callable[[slice], None], *, height: int, rows: int) -> None:
    """Call `work` with the rows of each strip, several at once; what it raises is raised here."""
    strips = [slice(top, min(top + rows, height)) for top in range(0, height, rows)]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, strips))
