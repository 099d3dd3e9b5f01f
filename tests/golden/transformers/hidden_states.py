"""What transformers computes from a real encoder, for tests/model/real_encoder.test.ts.

Usage: python hidden_states.py MODEL OUT   (torch, transformers, safetensors)

OUT/expected.safetensors gets token ids, mask and every hidden state of the sentences in OUT/sentences.json.
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

SENTENCES = [
    ["A small student learns from a large teacher.", None],
    ["Café naïveté: 3.14 µm, e-mail & so on…", None],
    ["it 's a charming and often affecting journey .", None],
    ["The cat sat on the mat.", "Did anything sit on the mat?"],
    ["unbelievably antidisestablishmentarian", "x"],
]


def main(model, out):
    os.makedirs(out, exist_ok=True)
    tokenizer, encoder = AutoTokenizer.from_pretrained(model), AutoModel.from_pretrained(model, attn_implementation="eager").eval()
    firsts, seconds = [s for s, _ in SENTENCES], [p for _, p in SENTENCES]
    tensors = {}
    for i, (first, second) in enumerate(zip(firsts, seconds)):
        inputs = tokenizer(first, second, return_tensors="pt")
        with torch.no_grad():
            states = encoder(**inputs, output_hidden_states=True).hidden_states
        tensors[f"{i}/ids"] = inputs["input_ids"].to(torch.int32)
        tensors.update({f"{i}/hidden_states.{layer}": state.contiguous() for layer, state in enumerate(states)})
    save_file(tensors, os.path.join(out, "expected.safetensors"))
    with open(os.path.join(out, "sentences.json"), "w") as file:
        json.dump({"model": os.path.abspath(model), "sentences": SENTENCES}, file)


main(*sys.argv[1:])
