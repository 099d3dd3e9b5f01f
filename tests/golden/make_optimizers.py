"""Makes optimizers.json: parameters that PyTorch and transformers give for the gradients of c_torch_optim.safetensors.

    python tests/golden/make_optimizers.py        (torch 2.15.0, transformers 5.23.0, safetensors)

Everything is computed in float64. Biases and LayerNorm do not decay.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file
from transformers.optimization import Adafactor, get_cosine_schedule_with_warmup

HERE = pathlib.Path(__file__).parent
NAMES = [
    "embeddings.word_embeddings.weight",
    "encoder.layer.0.output.LayerNorm.weight",
    "encoder.layer.0.output.dense.bias",
    "encoder.layer.0.output.dense.weight",
]
AFTER = [1, 2, 9, 20]
CASES = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=3.0),
    "sgd_momentum": lambda groups: torch.optim.SGD(groups, lr=3.0, momentum=0.9),
    "sgd_nesterov": lambda groups: torch.optim.SGD(groups, lr=3.0, momentum=0.8, nesterov=True),
    "adafactor": lambda groups: Adafactor(groups, lr=1e-2, relative_step=False, scale_parameter=False),
    "adafactor_scale_parameter": lambda groups: Adafactor(groups, lr=1e-2, relative_step=False, scale_parameter=True),
}


def run(make, tensors):
    parameters = {name: tensors[f"inputs/param/{name}"].double().requires_grad_() for name in NAMES}
    decays = lambda name: not name.endswith(".bias") and "LayerNorm" not in name
    groups = [
        {"params": [p for name, p in parameters.items() if decays(name)], "weight_decay": 0.01},
        {"params": [p for name, p in parameters.items() if not decays(name)], "weight_decay": 0.0},
    ]
    optimizer = make(groups)
    kept = []
    for step in range(max(AFTER)):
        for name, parameter in parameters.items():
            parameter.grad = tensors[f"inputs/grad_per_step/{name}"][step].double()
        optimizer.step()
        if step + 1 in AFTER:
            kept.append({name: [float(f"{x:.10g}") for x in p.detach().flatten()] for name, p in parameters.items()})
    return kept


def cosine(**options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = get_cosine_schedule_with_warmup(optimizer, **options)
    rates = []
    for _ in range(26):
        rates.append(float(f"{schedule.get_last_lr()[0]:.12g}"))
        optimizer.step()
        schedule.step()
    return {"options": options, "rates": rates}


tensors = load_file(HERE / "c_torch_optim.safetensors")
made = {
    "made_with": f"torch {torch.__version__}, transformers {__import__('transformers').__version__}",
    "after": AFTER,
    "cases": {name: run(make, tensors) for name, make in CASES.items()},
    "cosine": [cosine(num_warmup_steps=5, num_training_steps=23), cosine(num_warmup_steps=0, num_training_steps=23, num_cycles=1.5)],
}
(HERE / "optimizers.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")
