"""Small random checkpoints with what transformers computes from them, and the parameter names of its classes.

Usage: python make.py FOLDER   (torch, transformers, safetensors)
"""
import json
import os
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    BertConfig, BertForMaskedLM, BertForNextSentencePrediction, BertForPreTraining, BertForSequenceClassification,
    RobertaConfig, RobertaForMaskedLM, RobertaForSequenceClassification,
)

LENGTHS, LENGTH = [7, 3, 5], 7
SIZES = dict(vocab_size=29, hidden_size=15, num_hidden_layers=2, num_attention_heads=3, intermediate_size=22, initializer_range=0.3)
BERT = dict(SIZES, max_position_embeddings=11)
ROBERTA = dict(SIZES, max_position_embeddings=13, type_vocab_size=1, layer_norm_eps=1e-5)
CASES = {
    "bert_gelu_new_classification": (BertForSequenceClassification, BertConfig(**BERT, hidden_act="gelu_new", num_labels=4)),
    "bert_relu_regression": (BertForSequenceClassification, BertConfig(**BERT, hidden_act="relu", num_labels=1, problem_type="regression")),
    "bert_pretraining": (BertForPreTraining, BertConfig(**BERT)),
    "roberta_classification": (RobertaForSequenceClassification, RobertaConfig(**ROBERTA, num_labels=3, classifier_dropout=0.25)),
    "roberta_relu_masked_lm": (RobertaForMaskedLM, RobertaConfig(**ROBERTA, hidden_act="relu")),
}
CLASSES = [BertForSequenceClassification, BertForMaskedLM, BertForPreTraining, BertForNextSentencePrediction,
           RobertaForSequenceClassification, RobertaForMaskedLM]


def inputs(config):
    ids = torch.randint(3, config.vocab_size, (len(LENGTHS), LENGTH))
    mask = (torch.arange(LENGTH)[None] < torch.tensor(LENGTHS)[:, None]).long()
    ids[mask == 0] = config.pad_token_id
    types = torch.zeros_like(ids)
    if config.type_vocab_size > 1:
        types[:, LENGTH // 2:] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


@torch.no_grad()
def randomise(model):
    """Biases and LayerNorms too, so that none is 0 or 1."""
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            parameter.copy_(torch.randn_like(parameter) * 0.2)
        elif "norm" in name.lower():
            parameter.copy_(1 + torch.randn_like(parameter) * 0.2)


def make_case(folder, kind, config):
    config._attn_implementation = "eager"
    model = kind(config).eval()
    randomise(model)
    given = inputs(config)
    with torch.no_grad():
        out = model(**given, output_hidden_states=True)
    tensors = {f"inputs/{name}": tensor.int() for name, tensor in given.items()}
    tensors |= {f"expected/hidden_states.{i}": state.contiguous() for i, state in enumerate(out.hidden_states)}
    tensors |= {f"expected/{name}": out[name].contiguous() for name in ("logits", "prediction_logits", "seq_relationship_logits") if name in out}
    model.save_pretrained(folder)
    save_file(tensors, f"{folder}/expected.safetensors")


def parameter_names(kind):
    model = kind(kind.config_class(**dict(SIZES, num_hidden_layers=1), max_position_embeddings=13, num_labels=3, type_vocab_size=2))
    return {name: list(parameter.shape) for name, parameter in model.named_parameters()}


torch.manual_seed(3)
out_folder = sys.argv[1]
for case, (kind, config) in CASES.items():
    os.makedirs(f"{out_folder}/{case}", exist_ok=True)
    make_case(f"{out_folder}/{case}", kind, config)
with open(f"{out_folder}/parameter_names.json", "w") as file:
    json.dump({"made_with": f"transformers {transformers.__version__}", "classes": {kind.__name__: parameter_names(kind) for kind in CLASSES}}, file, indent=1)
