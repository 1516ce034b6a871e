"""Take the data of torch tensors out of band; imported only where torch is loaded."""

from __future__ import annotations

import pickle
from typing import Any

import torch

__all__ = ["REDUCERS"]


def _reduce_tensor(tensor: torch.Tensor) -> Any:
    """Reduce a plain CPU tensor that fills its storage; leave every other to torch."""
    if not _is_plain(tensor):
        return tensor.__reduce_ex__(5)
    flat = tensor.detach().view(-1).view(torch.uint8).numpy()
    name = str(tensor.dtype).removeprefix("torch.")
    return _rebuild, (pickle.PickleBuffer(flat), name, tuple(tensor.shape), tensor.requires_grad)


def _is_plain(tensor: torch.Tensor) -> bool:
    return (
        tensor.device.type == "cpu"
        and tensor.layout is torch.strided
        and not tensor.is_quantized
        and not tensor.is_conj()
        and not tensor.is_neg()
        and tensor.is_leaf
        and tensor.is_contiguous()
        and tensor.numel() > 0
        and tensor.storage_offset() == 0
        and tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()
        and not tensor.__dict__
        and not tensor._backward_hooks
    )


def _rebuild(data: Any, name: str, shape: tuple[int, ...], requires_grad: bool) -> torch.Tensor:
    view = memoryview(data)
    if view.readonly:  # torch knows no read-only tensors, so a mapped one is copied
        view = memoryview(bytearray(view))
    dtype = getattr(torch, name)
    tensor = torch.frombuffer(view, dtype=torch.uint8).view(dtype).reshape(shape)
    return tensor.requires_grad_(requires_grad) if requires_grad else tensor


REDUCERS: dict[type, Any] = {torch.Tensor: _reduce_tensor}
