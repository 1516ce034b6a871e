"""Pairs of torch's values."""

from __future__ import annotations

from collections.abc import Iterator

import torch

Pair = tuple[str, object, object]


def differ() -> Iterator[Pair]:
    a = torch.arange(12).reshape(3, 4)
    yield "items", torch.tensor([1]), torch.tensor([2])
    yield "shape", a, a.reshape(4, 3)
    yield "dtype", torch.zeros(2), torch.zeros(2, dtype=torch.float64)
    yield "bfloat16 and float16", torch.zeros(2, dtype=torch.bfloat16), torch.zeros(2, dtype=torch.float16)
    yield "bfloat16", torch.zeros(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16)
    yield "strides", a.T, a.T.contiguous()
    yield "requires_grad", torch.zeros(2), torch.zeros(2, requires_grad=True)
    yield "grad", _with_grad(1.0), _with_grad(2.0)
    yield "parameter", torch.zeros(2, requires_grad=True), torch.nn.Parameter(torch.zeros(2))
    yield "tensor and array", torch.zeros(2), torch.zeros(2).numpy()
    yield "scalar tensor", torch.tensor(1), torch.tensor([1])
    yield "sparse and dense", torch.eye(2), torch.eye(2).to_sparse()
    yield "sparse", torch.eye(2).to_sparse(), (torch.eye(2) * 2).to_sparse()
    yield "complex", torch.tensor([1j]), torch.tensor([1j]).conj()
    yield "size and tuple", torch.Size([1]), (1,)
    yield "dtypes", torch.float32, torch.float64
    yield "devices", torch.device("cpu"), torch.device("meta")
    yield "generators", torch.Generator().manual_seed(0), torch.Generator().manual_seed(1)
    yield "modules", _linear(0), _linear(1)
    yield "training", _linear(0), _linear(0).eval()


def share() -> Iterator[Pair]:
    a = torch.arange(12).reshape(3, 4)
    yield "clone", a, a.clone()
    yield "slice", a[:, ::2], a[:, ::2].clone()
    yield "view", a.view(4, 3), a.reshape(4, 3).clone()
    yield "conj", torch.tensor([1j]).conj(), torch.tensor([complex(0, -1)])
    yield "modules", _linear(0), _linear(0)


def _with_grad(value: float) -> torch.Tensor:
    tensor = torch.zeros(1, requires_grad=True)
    (tensor * value).sum().backward()
    return tensor


def _linear(seed: int) -> torch.nn.Module:
    torch.manual_seed(seed)
    return torch.nn.Linear(2, 2)
