"""Build mini: a convolutional image tower and a small text tower."""

from collections.abc import Iterable
from typing import Any

IMAGE_SIZE = (112, 84)  # height, width: the shape of a shop photo
MAX_TOKENS = 24
UNKNOWN = "[UNK]"
_SPECIAL = ("[PAD]", UNKNOWN, "[CLS]", "[SEP]")


def build_model(*, vocabulary_size: int) -> Any:
    """Return a VisionTextDualEncoderModel with fresh weights: ResNet and BERT, both small."""
    from transformers import (
        BertConfig,
        ResNetConfig,
        VisionTextDualEncoderConfig,
        VisionTextDualEncoderModel,
    )

    shape: dict[str, Any] = {
        "embedding_size": 32,
        "hidden_sizes": [32, 64, 128, 256],
        "depths": [1, 1, 2, 1],
        "layer_type": "basic",
        "hidden_size": 256,  # required by the dual encoder, which expects a transformer
    }
    vision = ResNetConfig(**shape)
    text = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        type_vocab_size=1,
        pad_token_id=0,
        initializer_range=0.09,  # 1/sqrt(width): with 0.02 attention is nearly uniform
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    config = VisionTextDualEncoderConfig.from_vision_text_configs(vision, text, projection_dim=256)
    return VisionTextDualEncoderModel(config)


def build_processor(words: Iterable[str]) -> Any:
    """Return tokenizer and image processor; each word is one token, all others are unknown."""
    from transformers import SiglipImageProcessorPil, VisionTextDualEncoderProcessor

    height, width = IMAGE_SIZE
    pixels = SiglipImageProcessorPil(size={"height": height, "width": width})
    return VisionTextDualEncoderProcessor(  # type: ignore[no-untyped-call]
        pixels, _build_tokenizer(words)
    )


def _build_tokenizer(words: Iterable[str]) -> Any:
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: k for k, word in enumerate([*_SPECIAL, *sorted(set(words))])}
    backend = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    backend.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Lowercase(),
            normalizers.StripAccents(),
            normalizers.Replace(Regex("[^a-z]+"), " "),
        ]
    )
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    ends = [(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=ends
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        pad_token="[PAD]",  # noqa: S106 - a token of text
        unk_token=UNKNOWN,
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
        model_max_length=MAX_TOKENS,
        model_input_names=["input_ids", "attention_mask"],
    )
