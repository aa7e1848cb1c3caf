"""Send the written prompts to the throw-away shop, and judge the first result of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from evaluation.first_results.goods import SoldGarment, list_goods
from evaluation.first_results.prompts import Half, WrittenPrompt, read_prompts
from evaluation.first_results.throwaway_shop import stocked_shop
from evaluation.search.systems import Answer, Asker, ask_shop
from recommendations.ranking.match import Match

PLAIN = "plain"
COUNT = 10  # images in an answer, as shops ask for them by default


@dataclass(frozen=True, slots=True)
class JudgedPrompt:
    """A prompt, the name of its first result or "", and whether it is right.

    `was_right`: the same without understanding the prompt; None for classes other than `plain`.
    """

    prompt: WrittenPrompt
    first: str
    is_right: bool
    was_right: bool | None = None

    @property
    def is_harmed(self) -> bool:
        """Return whether understanding the prompt replaced a right first result by a wrong one."""
        return bool(self.was_right) and not self.is_right


@dataclass(frozen=True, slots=True)
class FirstResultEvaluation:
    """The judged prompts of a half."""

    half: Half
    judged: Sequence[JudgedPrompt]

    @property
    def by_kind(self) -> Mapping[str, Sequence[JudgedPrompt]]:
        """Return the prompts of each class."""
        kinds = dict.fromkeys(one.prompt.kind for one in self.judged)
        return {kind: [one for one in self.judged if one.prompt.kind == kind] for kind in kinds}


def evaluate_first_results(*, half: Half, report: Callable[[str], None]) -> FirstResultEvaluation:
    """Measure the prompts of a half in a shop that is deleted afterwards.

    `report` gets the steps. Raises `PhotosNotEmbedded`, and `Unavailable` when no worker encodes a
    prompt in time.
    """
    prompts = read_prompts(half)
    with stocked_shop(list_goods(), report) as stocked:
        ask = ask_shop(stocked.shop)
        ask_plainly = ask_shop(stocked.shop, understand=False)
        report(f"Sending {len(prompts)} prompts.")
        judged = [
            judge_prompt(prompt, stocked.sold, ask, ask_plainly if prompt.kind == PLAIN else None)
            for prompt in prompts
        ]
    return FirstResultEvaluation(half, judged)


def judge_prompt(
    prompt: WrittenPrompt,
    sold: Mapping[UUID, SoldGarment],
    ask: Asker,
    ask_plainly: Asker | None = None,
) -> JudgedPrompt:
    """Send a prompt and judge its first result; `ask_plainly` asks without understanding."""
    answer = ask(prompt.text, COUNT)
    was_right = (
        is_right_answer(prompt, ask_plainly(prompt.text, COUNT), sold) if ask_plainly else None
    )
    first = sold[answer.images[0]].name if answer.images else ""
    return JudgedPrompt(prompt, first, is_right_answer(prompt, answer, sold), was_right)


def is_right_answer(
    prompt: WrittenPrompt, answer: Answer, sold: Mapping[UUID, SoldGarment]
) -> bool:
    """Return whether the first result is right; without a rule, whether there is no match."""
    if prompt.rule is None:
        return not answer.images or answer.matches[0] is Match.NONE
    return bool(answer.images) and prompt.rule.is_right(sold[answer.images[0]])
