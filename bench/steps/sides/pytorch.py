"""The step in PyTorch on the processor. Reads `step` or `time` from standard input, answers each with a line of JSON."""
import json
import os
import sys
import time

import torch
from torch.nn import functional as F

folder = sys.argv[1]
with open(os.path.join(folder, 'problem.json')) as file:
    problem = json.load(file)
with open(os.path.join(folder, 'values.f32'), 'rb') as file:
    values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
size, constants = problem['size'], problem['step']
rows, length, width, heads = size['batch'], size['length'], size['width'], size['heads']


def model(places, trained):
    def tensor(place):
        count = 1
        for extent in place['shape']:
            count *= extent
        return values[place['at']:place['at'] + count].reshape(place['shape']).clone().requires_grad_(trained)
    return {name: tensor(place) for name, place in places.items()}


teacher, student = model(problem['teacher'], False), model(problem['student'], True)
ids = torch.tensor(problem['batch']['ids']).reshape(rows, length)
types = torch.tensor(problem['batch']['types']).reshape(rows, length)
mask = torch.tensor(problem['batch']['mask']).reshape(rows, 1, 1, length) > 0
labels = torch.tensor(problem['batch']['labels'])
decayed = [tensor for name, tensor in student.items() if not name.endswith('.bias') and 'LayerNorm' not in name]
others = [tensor for name, tensor in student.items() if name.endswith('.bias') or 'LayerNorm' in name]
optimizer = torch.optim.AdamW(
    [{'params': decayed, 'weight_decay': constants['weightDecay']}, {'params': others, 'weight_decay': 0.0}],
    lr=constants['learningRate'], betas=(constants['beta1'], constants['beta2']), eps=constants['epsilon'])


def logits(weights, layers):
    def dense(x, name):
        return F.linear(x, weights[name + '.weight'], weights[name + '.bias'])

    def norm(x, name):
        return F.layer_norm(x, (width,), weights[name + '.weight'], weights[name + '.bias'], constants['layerNormEpsilon'])

    def by_head(x):
        return x.reshape(rows, length, heads, width // heads).transpose(1, 2)

    x = F.embedding(ids, weights['embeddings.word_embeddings.weight']) + weights['embeddings.position_embeddings.weight']
    x = norm(x + F.embedding(types, weights['embeddings.token_type_embeddings.weight']), 'embeddings.LayerNorm')
    for layer in range(layers):
        name = f'encoder.layer.{layer}'
        q, k, v = (by_head(dense(x, f'{name}.attention.self.{part}')) for part in ('query', 'key', 'value'))
        context = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(rows, length, width)
        x = norm(x + dense(context, f'{name}.attention.output.dense'), f'{name}.attention.output.LayerNorm')
        x = norm(x + dense(F.gelu(dense(x, f'{name}.intermediate.dense')), f'{name}.output.dense'), f'{name}.output.LayerNorm')
    return dense(torch.tanh(dense(x[:, 0], 'pooler.dense')), 'classifier')


def step():
    with torch.no_grad():
        target = logits(teacher, size['teacherLayers'])
    predicted = logits(student, size['studentLayers'])
    temperature, weight = constants['temperature'], constants['kdWeight']
    soft = F.kl_div(F.log_softmax(predicted / temperature, -1), F.log_softmax(target / temperature, -1), reduction='batchmean', log_target=True)
    loss = (1 - weight) * F.cross_entropy(predicted, labels) + weight * temperature ** 2 * soft
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(student.values()), constants['maxGradNorm'])
    optimizer.step()
    return loss.item()


for line in sys.stdin:
    answer = {'processor': 1000 * time.process_time()}
    if line.strip() == 'step':
        start = time.perf_counter()
        loss = step()
        wall = 1000 * (time.perf_counter() - start)
        answer |= {'loss': loss, 'wall': wall, 'javascript': 0, 'dispatches': 0, 'submits': 0, 'peakBytes': 0}
    print(json.dumps(answer), flush=True)
