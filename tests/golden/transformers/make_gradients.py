"""Loss and gradients of transformers' BertForPreTraining on masked words and next sentences, from the checkpoint that make.py wrote.

Usage: python make_gradients.py FOLDER/bert_pretraining   (torch, transformers, safetensors)
"""
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import BertForPreTraining

folder = sys.argv[1]
model = BertForPreTraining.from_pretrained(folder, attn_implementation="eager").double().eval()
given = {name.removeprefix("inputs/"): tensor.long() for name, tensor in load_file(f"{folder}/expected.safetensors").items() if name.startswith("inputs/")}
positions = torch.tensor([1, 4, 8, 14, 17, 18])
words = torch.full_like(given["input_ids"], -100)
words.view(-1)[positions] = torch.tensor([5, 28, 3, 11, 7, 5])
pairs = torch.tensor([1, 0, 1])
out = model(**given, labels=words, next_sentence_label=pairs)
out.loss.backward()
tensors = {f"gradients/{name}": parameter.grad.float().contiguous() for name, parameter in model.named_parameters()}
tensors |= {"inputs/positions": positions.int(), "inputs/words": words.view(-1)[positions].int(), "inputs/next_sentence_label": pairs.int(), "expected/loss": out.loss.detach().float().reshape(1)}
save_file(tensors, f"{folder}/gradients.safetensors")
