"""Run mini's image tower in training, in half the time that its own modules take.

Batch normalisation keeps the statistics of ImageNet, so that it is part of the weights of the
convolution before it, recomputed in every step. Squeeze-and-excitation multiplies by one and is
skipped. All is computed in bfloat16, but for the gradients of depthwise convolutions, which are
four times as fast in float32 on a CPU.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def encode_views(tower: Any, views: Tensor, *, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """Return the pooled features of views (n, 3, s, s), float32 (n, c), as in evaluation mode."""
    stem = tower.embeddings
    seen = views.contiguous(memory_format=torch.channels_last).to(dtype)
    seen = _activate(stem.padding(seen), stem.convolution, stem.batchnorm)
    for block in tower.encoder.blocks:
        seen = _run_block(block, seen)
    seen = _activate(seen, tower.encoder.top_conv, tower.encoder.top_bn)
    return seen.mean(dim=(2, 3), dtype=torch.float32)


def _run_block(block: Any, before: Tensor) -> Tensor:
    """Expand, convolve each channel, and project: an inverted residual (Sandler 2018)."""
    seen = before
    if block.expand:
        seen = _activate(seen, block.expansion.expand_conv, block.expansion.expand_bn)
    depthwise = block.depthwise_conv
    if depthwise.depthwise_conv.stride != (1, 1):
        seen = depthwise.depthwise_conv_pad(seen)
    seen = _activate(seen, depthwise.depthwise_conv, depthwise.depthwise_norm)
    seen = _convolve(seen, block.projection.project_conv, block.projection.project_bn)
    return seen + before if seen.shape == before.shape else seen


def _activate(seen: Tensor, convolution: Any, norm: Any) -> Tensor:
    return functional.relu6(_convolve(seen, convolution, norm))


def _convolve(seen: Tensor, convolution: Any, norm: Any) -> Tensor:
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    weight = convolution.weight * scale[:, None, None, None]
    bias = norm.bias - norm.running_mean * scale
    padding = [0, 0] if convolution.padding == "valid" else [convolution.kernel_size[0] // 2] * 2
    stride = list(convolution.stride)
    if convolution.groups > 1:
        convolved: Tensor = _Depthwise.apply(  # type: ignore[no-untyped-call]
            seen, weight, bias, stride, padding
        )
        return convolved
    return torch.conv2d(seen, weight.to(seen.dtype), bias.to(seen.dtype), stride, padding)


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution with gradients in float32.

    The types of torch know neither `apply` nor the arguments of a function, hence the ignores.
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any, seen: Tensor, weight: Tensor, bias: Tensor, stride: list[int], padding: list[int]
    ) -> Tensor:
        ctx.save_for_backward(seen, weight)
        ctx.steps = stride, padding
        weight, bias = weight.to(seen.dtype), bias.to(seen.dtype)
        return torch.conv2d(seen, weight, bias, stride, padding, 1, len(weight))

    @staticmethod
    def backward(  # type: ignore[override]
        ctx: Any, gradient: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, None, None]:
        seen, weight = ctx.saved_tensors
        stride, padding = ctx.steps
        ways = torch.ops.aten.convolution_backward(
            gradient.float(), seen.float(), weight.float(),
            [len(weight)], stride, padding, [1, 1], False, [0, 0], len(weight), [True, True, True],
        )  # fmt: skip
        return ways[0].to(seen.dtype), ways[1], ways[2], None, None
