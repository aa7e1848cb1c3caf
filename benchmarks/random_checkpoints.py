"""Write CLIP and SigLIP checkpoints with random weights, for benchmarks and tests without a hub.

The real loading code works with the folder: safetensors, config, a working tokenizer and image
processor. Embeddings are meaningless; shapes, dtypes and cost are those of the real model.
"""

from pathlib import Path
from typing import Any, Literal

WORDS = (
    "a an the of with and in on for photo red green blue black white grey pink yellow dress shirt "
    "shoes skirt pants hat coat long short sleeve striped floral plain warm summer winter party"
)
BEGIN, END = "<|startoftext|>", "<|endoftext|>"

Size = Literal["vit-b-32", "tiny"]

_VIT_B_32: dict[str, Any] = {
    "projection_dim": 512,
    "vision": {
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "image_size": 224,
        "patch_size": 32,
    },
    "text": {
        "hidden_size": 512,
        "intermediate_size": 2048,
        "num_hidden_layers": 12,
        "num_attention_heads": 8,
        "max_position_embeddings": 77,
    },
}
_TINY: dict[str, Any] = {
    "projection_dim": 16,
    "vision": {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    },
    "text": {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 24,
    },
}
_SIZES: dict[Size, dict[str, Any]] = {"vit-b-32": _VIT_B_32, "tiny": _TINY}


def make_random_clip(folder: Path, *, size: Size, seed: int = 0) -> Path:
    """Write the checkpoint (ViT-B/32: 600 MB of float32) and return the folder."""
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor

    shape = _SIZES[size]
    tokenizer = word_tokenizer(WORDS, max_length=shape["text"]["max_position_embeddings"])
    config = CLIPConfig(
        vision_config=shape["vision"],
        text_config=_with_special_tokens(shape["text"], tokenizer),
        projection_dim=shape["projection_dim"],
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        CLIPModel(config).save_pretrained(folder)
    pixels = _image_processor(shape["vision"]["image_size"])
    processor = CLIPProcessor(pixels, tokenizer)  # type: ignore[no-untyped-call]
    processor.save_pretrained(folder)
    return folder


def make_random_siglip(folder: Path, *, seed: int = 0) -> Path:
    """Write a tiny SigLIP, whose tokenizer gives no attention mask, and return the folder."""
    import torch
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel, SiglipProcessor

    tokenizer = word_tokenizer(WORDS, max_length=16)
    tokenizer.model_input_names = ["input_ids"]
    text = _TINY["text"] | {"max_position_embeddings": 16, "projection_size": 32}
    config = SiglipConfig(
        vision_config=_TINY["vision"], text_config=_with_special_tokens(text, tokenizer)
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        SiglipModel(config).save_pretrained(folder)
    pixels = SiglipImageProcessorPil(size={"height": 32, "width": 32})
    processor = SiglipProcessor(pixels, tokenizer)  # type: ignore[no-untyped-call]
    processor.save_pretrained(folder)
    return folder


def word_tokenizer(words: str, *, max_length: int) -> Any:
    """Build a lower-casing BPE tokenizer whose merges spell the given words, with CLIP's ends."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import BPE
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(BPE(unk_token=END))
    backend.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = [BEGIN, END]
    trainer = BpeTrainer(
        special_tokens=special, initial_alphabet=alphabet, vocab_size=2000, show_progress=False
    )
    backend.train_from_iterator([words] * 4, trainer)
    ends = [(token, backend.token_to_id(token)) for token in special]
    backend.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}", special_tokens=ends
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=END,
        unk_token=END,
        model_max_length=max_length,
        model_input_names=["input_ids", "attention_mask"],
    )


def _with_special_tokens(text: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    return text | {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _image_processor(side: int) -> Any:
    from transformers import CLIPImageProcessorPil

    return CLIPImageProcessorPil(
        size={"shortest_edge": side}, crop_size={"height": side, "width": side}
    )
