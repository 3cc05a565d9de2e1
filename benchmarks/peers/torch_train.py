"""Training steps of a model directory in PyTorch, as a side of `pnpm bench train`: one JSON line a request.

AdamW: betas .9 .95, eps 1e-8, decoupled decay .1 on every parameter, constant lr 1e-3, no clipping; loss: mean next-token cross-entropy inside each row.
The model is `LM(config)` of the program that the job names, with parameters by the names of the state dict: forward(ids [B,T]) -> logits [B,T,vocab].
"""
import importlib.util
import json
import os
import sys
import time

job = json.loads(sys.argv[1])
os.environ.setdefault('OMP_NUM_THREADS', str(job['threads']))
if job['mode'] == 'avx2':
    # Lanes of 256 bits, as many as WebAssembly reaches; else its products take 512 where the machine has them.
    os.environ.update(MKL_ENABLE_INSTRUCTIONS='AVX2', ONEDNN_MAX_CPU_ISA='AVX2', ATEN_CPU_CAPABILITY='avx2')

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

torch.set_num_threads(job['threads'])
spec = importlib.util.spec_from_file_location('models', job['program'])
models = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = models  # torch.compile looks it up
spec.loader.exec_module(models)

with open(os.path.join(job['model'], 'config.json')) as file:
    config = json.load(file)
with open(job['batch']) as file:
    batch = json.load(file)
model = models.LM(config)
missing, unexpected = model.load_state_dict(load_file(os.path.join(job['model'], 'model.safetensors')), strict=False)
if missing or unexpected:
    sys.exit(f'{job["program"]}: parameters that differ from those of {job["model"]}: {missing} {unexpected}')
ids = torch.tensor(batch['ids']).view(batch['B'], batch['T'])
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, fused=True)


def loss_of():
    return F.cross_entropy(model(ids)[:, :-1].reshape(-1, config['vocab_size']), ids[:, 1:].reshape(-1))


run = torch.compile(loss_of) if job['mode'] == 'compile' else loss_of


def step():
    loss = run()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def say(answer):
    print(json.dumps(answer), flush=True)


kind = {'eager': 'eager', 'avx2': 'eager, AVX2', 'compile': 'compile'}[job['mode']]
say({'label': f'torch {torch.__version__.split("+")[0]} {kind}'})
for line in sys.stdin:
    ms, losses = [], []
    for _ in range(json.loads(line)['steps']):
        start = time.perf_counter()
        losses.append(step())
        ms.append((time.perf_counter() - start) * 1e3)
    say({'ms': ms, 'losses': losses})
