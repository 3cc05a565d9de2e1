// start.py of a job: what FLA's initialisers do not reach when flame makes a model.

/** Parameters that keep whatever memory held, when a model is made on torch's meta device. */
export const LEFT_TO_CHANCE = /(^|\.)(lower_bounds|A_log|dt_bias)$/;

/** @param tokenizer as run.sh has it; `here/` before a path in the job. */
export const startScript = (
  name: string,
  tokenizer: string,
  seed: number,
): string => `"""Writes the weights that ${name} begins with to dump/checkpoint/step-0, from which flame goes on.

flame makes a model on torch's meta device, where lower_bounds, A_log and dt_bias are left to chance. Here it is made in memory, and these
are drawn. Every name is written twice: as torchtitan 0b44d4c looks for it at step 0, and below "model" as earlier ones do.
"""
import json
import math
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
checkpoints = here / "dump" / "checkpoint"
if checkpoints.is_dir() and any(one.name.startswith("step-") for one in checkpoints.iterdir()):
    sys.exit(0)

import torch
import torch.distributed.checkpoint as dcp
import fla  # noqa: F401  makes its models known to transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

manifest = json.loads((here / "manifest.json").read_text())
config = AutoConfig.from_pretrained(here / manifest["config"])
tokenizer = AutoTokenizer.from_pretrained(${tokenizer})
if tokenizer.vocab_size > config.vocab_size:
    sys.exit(f"start.py: the tokenizer has {tokenizer.vocab_size} ids but vocab_size is {config.vocab_size}; export the job with it.")

torch.manual_seed(${seed})
model = AutoModelForCausalLM.from_config(config).float()


def drawn(name, old):
    if name.endswith("lower_bounds"):
        return torch.zeros_like(old)
    part = 1 - torch.rand(old.shape)  # above 0
    if name.endswith("A_log"):
        return torch.log(16 * part)
    step = torch.exp(part * (math.log(0.1) - math.log(0.001)) + math.log(0.001)).clamp(min=1e-4)
    return step + torch.log(-torch.expm1(-step))  # of which softplus gives the step


weights = {}
for name, tensor in model.state_dict().items():
    last = name.rsplit(".", 1)[-1]
    weights[name] = drawn(last, tensor) if last in ("lower_bounds", "A_log", "dt_bias") else tensor
found = {name: list(tensor.shape) for name, tensor in weights.items()}
if config.tie_word_embeddings:
    found.pop("lm_head.weight", None)  # which is the embedding
if found != manifest["tensors"]:
    names = sorted(set(found) ^ set(manifest["tensors"]))
    sys.exit(f"start.py: FLA's model has other parameters than manifest.json: {names or 'of other shapes'}; use the FLA that flame pins.")

part = checkpoints / "begun"
dcp.save({"model": weights, **weights}, checkpoint_id=str(part))
part.rename(checkpoints / "step-0")
`;
