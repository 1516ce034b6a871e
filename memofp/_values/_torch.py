"""Reduce torch's tensors; from other devices by a copy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from memofp._values._arrays import digest_data, memory_order
from memofp._values._objects import attribute_children
from memofp._values._origin import class_part
from memofp._values._parts import Node, Parts, Refusal, leaf, pack
from memofp._values._state import state_of

__all__ = ["rules"]


def _torch() -> Any:
    return sys.modules["torch"]


def _tensor(value: Any) -> Node:
    torch = _torch()
    names, children = attribute_children(*state_of(value))
    children.append((".__class__", class_part(type(value))))
    if value.is_leaf and value.grad is not None:
        children.append((".grad", value.grad))
    kind = (str(value.dtype), str(value.layout), str(value.device), tuple(value.shape))
    tag = pack("torch.Tensor", *kind, bool(value.requires_grad), value.is_leaf, names)
    with torch.no_grad():
        content = _content(value.detach())
    if content is None:
        reason = f"is a torch tensor ({value.layout}, {value.dtype}) whose memory cannot be read"
        return Refusal(reason, "torch.Tensor")
    return Parts(tag, children + content, fresh=True)


def _content(tensor: Any) -> list[tuple[str, object]] | None:
    torch = _torch()
    if tensor.layout is torch.sparse_coo:
        pair = [(".indices", tensor._indices()), (".values", tensor._values())]
        return [("", leaf("coo", bool(tensor.is_coalesced()))), *pair]
    if tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
        return [(f".{n}", getattr(tensor, n)()) for n in ("crow_indices", "col_indices", "values")]
    if tensor.layout in (torch.sparse_csc, torch.sparse_bsc):
        return [(f".{n}", getattr(tensor, n)()) for n in ("ccol_indices", "row_indices", "values")]
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type == "meta":
        return None
    array = _as_array(tensor.cpu().resolve_conj().resolve_neg())
    order = memory_order(array)
    layout = () if order == tuple(range(array.ndim)) else order
    return [("", leaf("strided", layout, digest_data(array.transpose(order))))]


def _as_array(tensor: Any) -> Any:
    """Return a numpy array on the tensor's memory; of integers where numpy lacks the type."""
    torch = _torch()
    try:
        return tensor.numpy()
    except TypeError:
        same = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
        return tensor.view(same[tensor.element_size()]).numpy()


def _generator(value: Any) -> Node:
    children = [(".state", value.get_state()), (".device", str(value.device))]
    return Parts(b"torch.Generator", children, fresh=True)


def rules() -> dict[type, Callable[[Any], Node]]:
    """Return torch's classes with their rules; subclasses included."""
    torch = _torch()
    return {
        torch.Tensor: _tensor,
        torch.Generator: _generator,
        torch.Size: lambda value: leaf("torch.Size", tuple(value)),
        torch.device: lambda value: leaf("torch.device", str(value)),
    }
