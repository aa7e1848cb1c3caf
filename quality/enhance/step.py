"""The names of what an enhancement can do; the web process knows them, and no pixels."""

from enum import StrEnum


class Step(StrEnum):
    """What can be done, in the order in which it is."""

    DEBLOCK = "deblock"
    DENOISE = "denoise"
    WHITE_BALANCE = "white_balance"
    TONE = "tone"
    SHARPEN = "sharpen"
    WHITE_BACKGROUND = "white_background"
    REFRAME = "reframe"


# What is done unless single steps are chosen; the others make another picture of the photo.
AUTOMATIC = (Step.DEBLOCK, Step.DENOISE, Step.WHITE_BALANCE, Step.TONE, Step.SHARPEN)
