"""Build mini: EfficientNet-Lite0 as image tower, and a small transformer for texts.

Lite0 (Google, 2020) is EfficientNet-B0 without squeeze-and-excitation, and with ReLU6. The
`EfficientNetModel` of transformers holds it: its squeeze-and-excitation multiplies by 1.
"""

from typing import Any

import torch

IMAGE_SIZE = 192  # pixels a side; photos are padded to squares
DIMENSIONS = 256
MEANINGS = 32  # of the dimensions are of texts alone
LOOKS = DIMENSIONS - MEANINGS
TEXT_WIDTH = 128
MAX_TOKENS = 32
OPEN_GATE = 20.0  # the sigmoid of it is 1 in half precision
PIXEL_MEAN = 0.5  # of the padding too


def build_model(*, vocabulary_size: int) -> Any:
    """Return a VisionTextDualEncoderModel with fresh weights."""
    from transformers import (
        BertConfig,
        EfficientNetConfig,
        VisionTextDualEncoderConfig,
        VisionTextDualEncoderModel,
    )

    shape: dict[str, Any] = {
        "image_size": IMAGE_SIZE,
        "width_coefficient": 1.0,
        "depth_coefficient": 1.0,
        "hidden_act": "relu6",
        "squeeze_expansion_ratio": 0.0,  # one channel, the least
        "hidden_dim": 1280,
        "hidden_size": 1280,  # required by the dual encoder, which expects a transformer
    }
    vision = EfficientNetConfig(**shape)
    text = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=TEXT_WIDTH,
        intermediate_size=512,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        type_vocab_size=1,
        pad_token_id=0,
        initializer_range=0.09,  # 1/sqrt(width): with 0.02 attention is nearly uniform
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    config = VisionTextDualEncoderConfig.from_vision_text_configs(
        vision, text, projection_dim=DIMENSIONS
    )
    model = VisionTextDualEncoderModel(config)
    _open_gates(model.vision_model)
    return model


def build_processor(tokenizer: Any) -> Any:
    """Return the tokenizer with an image processor that pads photos to grey squares."""
    from transformers import LlavaImageProcessorPil, VisionTextDualEncoderProcessor

    pixels = LlavaImageProcessorPil(
        do_pad=True,
        size={"height": IMAGE_SIZE, "width": IMAGE_SIZE},
        do_center_crop=False,
        image_mean=[PIXEL_MEAN] * 3,
        image_std=[0.5] * 3,
    )
    tokenizer.model_max_length = MAX_TOKENS
    return VisionTextDualEncoderProcessor(pixels, tokenizer)  # type: ignore[no-untyped-call]


@torch.no_grad()
def _open_gates(tower: Any) -> None:
    """Make squeeze-and-excitation the identity; it is not trained."""
    for block in tower.encoder.blocks:
        gate = block.squeeze_excite
        for layer in (gate.reduce, gate.expand):
            layer.weight.zero_().requires_grad_(False)
            layer.bias.zero_().requires_grad_(False)
        gate.expand.bias.fill_(OPEN_GATE)
