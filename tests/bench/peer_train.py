#!/usr/bin/env python3
"""peer_train.py - PyTorch trains the networks that train.lua trains, on the same images in batches of the same size.

    peer_train.py < NETWORKS.jsonl

A line of input is a JSON object: layers as ganas_layer has them, images, labels (IDX files), train (how many of the
images), batch, steps, warm, rate, momentum, decay, threads, seed. A line of output: images a second, test accuracy.
"""
import gzip
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional

CONV, DEPTHWISE, MAX, MEAN, SUM, CONCAT, ZERO, CLASSIFY = range(8)


def read_idx(path, header):
    with gzip.open(path) as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=header)


def read_split(images, labels):
    label = read_idx(labels, 8).long()
    return read_idx(images, 16).reshape(len(label), 1, 28, 28).float() / 255, label


def convolution(inputs, layer):
    groups = inputs if layer["op"] == DEPTHWISE else 1
    outputs = inputs if layer["op"] == DEPTHWISE else layer["channels"]
    kernel = layer["kernel"]
    module = nn.Conv2d(inputs, outputs, kernel, layer["stride"], kernel // 2, groups=groups, bias=False)
    nn.init.kaiming_normal_(module.weight)
    parts = [module]
    if layer["norm"]:
        parts.append(nn.BatchNorm2d(outputs))
    if layer["relu"]:
        parts.append(nn.ReLU(inplace=True))
    return nn.Sequential(*parts), outputs


class Network(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers, self.parts, channels = layers, nn.ModuleList(), [1]
        for layer in layers:
            part, inputs = nn.Identity(), [channels[i] for i in layer["input"]]
            outputs = sum(inputs) if layer["op"] == CONCAT else inputs[0]
            window = {"kernel_size": layer["kernel"], "stride": layer["stride"], "padding": layer["kernel"] // 2}
            if layer["op"] in (CONV, DEPTHWISE):
                part, outputs = convolution(inputs[0], layer)
            elif layer["op"] == MAX:
                part = nn.MaxPool2d(**window)
            elif layer["op"] == MEAN:
                part = nn.AvgPool2d(**window, count_include_pad=False)
            elif layer["op"] == CLASSIFY:
                part = nn.Linear(inputs[0], layer["channels"])
            self.parts.append(part)
            channels.append(outputs)

    def forward(self, x):
        done = [x]
        for layer, part in zip(self.layers, self.parts):
            inputs = [done[i] for i in layer["input"]]
            if layer["op"] == SUM:
                x = inputs[0]
                for other in inputs[1:]:
                    x = x + other
            elif layer["op"] == CONCAT:
                x = torch.cat(inputs, 1)
            elif layer["op"] == ZERO:
                x = torch.zeros_like(inputs[0])
            elif layer["op"] == CLASSIFY:
                x = part(inputs[0].mean((2, 3)))
            else:
                x = part(inputs[0])
            done.append(x)
        return x


def optimizer_of(network, job):
    plain, norms = [], []
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            (plain if name == "weight" and not isinstance(module, nn.BatchNorm2d) else norms).append(parameter)
    groups = [{"params": plain, "weight_decay": job["decay"]}, {"params": norms, "weight_decay": 0}]
    return torch.optim.SGD(groups, job["rate"], momentum=job["momentum"], nesterov=True)


def rate_at(job, step):
    if step < job["warm"]:
        return job["rate"] * (step + 1) / job["warm"]
    way = (step - job["warm"]) / max(job["steps"] - job["warm"], 1)
    return job["rate"] * 0.5 * (1 + math.cos(math.pi * way))


def train(network, split, job):
    images, labels = split[0][:job["train"]], split[1][:job["train"]]
    optimizer, batch = optimizer_of(network, job), job["batch"]
    of_pass = job["train"] // batch
    began = time.perf_counter()
    for step in range(job["steps"]):
        if step % of_pass == 0:
            order = torch.randperm(job["train"])
        at = order[step % of_pass * batch:(step % of_pass + 1) * batch]
        for group in optimizer.param_groups:
            group["lr"] = rate_at(job, step)
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(network(images[at]), labels[at]).backward()
        optimizer.step()
    return job["steps"] * batch / (time.perf_counter() - began)


def accuracy(network, split):
    network.eval()
    with torch.no_grad():
        hits = sum((network(x).argmax(1) == y).sum().item() for x, y in zip(split[0].split(500), split[1].split(500)))
    return hits / len(split[1])


def main():
    data = {}
    for line in sys.stdin:
        job = json.loads(line)
        torch.set_num_threads(job["threads"])
        torch.manual_seed(job["seed"])
        for part in ("train_files", "test_files"):
            data[part] = data.get(part) or read_split(*job[part])
        network = Network(job["layers"])
        speed = train(network, data["train_files"], job)
        print(json.dumps({"speed": speed, "accuracy": accuracy(network, data["test_files"])}), flush=True)


main()
