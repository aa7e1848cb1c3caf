"""The written prompts: by class, each with the rule of a right first result, in two halves.

The halves are the files `development.toml` and `held_out.toml`. Nobody who works on search reads
the second, or its figures say nothing about other prompts.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evaluation.first_results.rules import FirstResultRule, RuleUnusable, parse_rule


class Half(StrEnum):
    """A half of the prompts; `find_half` tells to which one a prompt belongs."""

    DEVELOPMENT = "development"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class WrittenPrompt:
    """A prompt of a class; without a rule, nothing that the shop sells is right."""

    kind: str
    text: str
    rule: FirstResultRule | None


def read_prompts(half: Half) -> list[WrittenPrompt]:
    """Return the prompts of a half; raises `RuleUnusable`, which names the prompt."""
    path = Path(__file__).with_name(f"{half}.toml")
    prompts = []
    for kind, rules in tomllib.loads(path.read_text("utf-8")).items():
        for text, rule in rules.items():
            try:
                prompts.append(WrittenPrompt(kind, text, parse_rule(rule)))
            except RuleUnusable as error:
                raise RuleUnusable(f"“{text}”: {error}") from error
    return prompts


def find_half(text: str) -> Half:
    """Return the half of a prompt: by a hash of it, so that nobody chooses."""
    digest = hashlib.sha256(text.encode()).digest()
    return Half.HELD_OUT if digest[0] % 2 else Half.DEVELOPMENT
