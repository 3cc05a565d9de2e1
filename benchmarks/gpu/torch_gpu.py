"""PyTorch on the same card, in f32 without TF32: prints what a second holds. gemm N | delta B T H D | train B T (in benchmarks/peers, models of torch_models.py)."""
import os
import sys
import time

import torch
import torch.nn.functional as F

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), *up, 'peers') for up in ([], ['..'])]
import torch_models

part, *sizes = sys.argv[1:]
sizes = [int(size) for size in sizes]
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
device = torch.device('cuda')


def rate(run, count):
    best = 0.0
    for _ in range(4):
        run()
        torch.cuda.synchronize()
        began = time.perf_counter()
        for _ in range(count):
            run()
        torch.cuda.synchronize()
        best = max(best, count / (time.perf_counter() - began))
    return best


if part == 'gemm':
    a, b = (torch.randn(sizes[0], sizes[0], device=device) for _ in range(2))
    print(rate(lambda: a @ b, 4))
elif part == 'delta':
    B, T, H, D = sizes
    q, k, v = (torch.randn(B, H, T, D, device=device, requires_grad=True) for _ in range(3))
    g, beta = (torch.full((B, H, T), value, device=device, requires_grad=True) for value in (-0.05, 0.5))

    def run():
        torch_models.delta_rule(F.normalize(q, dim=-1), F.normalize(k, dim=-1), v, beta, g).sum().backward()

    print(rate(run, 1))
else:
    B, T = sizes
    config = {
        'model_type': 'gated_deltanet', 'hidden_size': 1024, 'num_hidden_layers': 24, 'vocab_size': 32000, 'num_heads': 4, 'head_dim': 256,
        'expand_v': 1, 'intermediate_size': 2816, 'norm_eps': 1e-6,
    }
    model = torch_models.LM(config).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    ids = torch.randint(config['vocab_size'], (B, T), device=device)

    def run():
        optimizer.zero_grad()
        F.cross_entropy(model(ids).flatten(0, 1), ids.flatten()).backward()
        optimizer.step()

    print(B * T * rate(run, 1))
