#!/usr/bin/env python3
"""fashion.py - a worker (ganas-eval/1) that trains cells of NAS-Bench-201 on Fashion-MNIST with PyTorch.

    evaluate = { "worker", "python3", "fashion.py", "--images", "10000", score = "valid", report = "test" }

The network is that of NAS-Bench-201, smaller: a stem, three stages of cells with halving between them, 8 channels
first. The request's budget is the number of epochs. Debian: python3-torch, dataset-fashion-mnist.
"""
import argparse
import gzip
import json
import os
import sys

FOLDER = "/usr/share/datasets/fashion-mnist"


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=10000, help="to train with")
    parser.add_argument("--judge", type=int, default=5000, help="to validate and to test with")
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--cells", type=int, default=1, help="in a stage")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def open_channel():
    """The protocol's line out; what anything prints from now on goes to stderr."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return out


options = read_arguments()
channel = open_channel()

import torch
from torch import nn
from torch.nn import functional


# ---- data ----

def read_idx(name, header):
    with gzip.open(os.path.join(FOLDER, name)) as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=header)


def read_split(name):
    images = read_idx(name + "-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = read_idx(name + "-labels-idx1-ubyte.gz", 8)
    return (images.float() / 255 - 0.286) / 0.353, labels.long()


def part(split, first, count):
    return split[0][first:first + count], split[1][first:first + count]


# ---- the network ----

def convolution(inputs, outputs, size, stride=1):
    return nn.Sequential(
        nn.ReLU(), nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Zero(nn.Module):
    def forward(self, x):
        return x * 0


OPERATIONS = {
    "none": lambda c: Zero(),
    "skip_connect": lambda c: nn.Identity(),
    "nor_conv_1x1": lambda c: convolution(c, c, 1),
    "nor_conv_3x3": lambda c: convolution(c, c, 3),
    "avg_pool_3x3": lambda c: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
}


def read_cell(text):
    """[[(operation, state), ...], ...] of '|op~0|+|op~0|op~1|+|op~0|op~1|op~2|'."""
    cell = []
    for node in text.split("+"):
        edges = [edge.split("~") for edge in node.strip("|").split("|")]
        cell.append([(operation, int(state)) for operation, state in edges])
    return cell


class Cell(nn.Module):
    def __init__(self, cell, channels):
        super().__init__()
        self.sources = [[state for _, state in node] for node in cell]
        self.edges = nn.ModuleList(
            nn.ModuleList(OPERATIONS[operation](channels) for operation, _ in node) for node in cell)

    def forward(self, x):
        states = [x]
        for sources, edges in zip(self.sources, self.edges):
            states.append(sum(edge(states[state]) for state, edge in zip(sources, edges)))
        return states[-1]


class Halving(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.long = nn.Sequential(convolution(inputs, outputs, 3, 2), convolution(outputs, outputs, 3))
        self.short = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x):
        return self.long(x) + self.short(x)


def build(cell):
    c = options.channels
    layers = [nn.Conv2d(1, c, 3, padding=1, bias=False), nn.BatchNorm2d(c)]
    for stage in range(3):
        if stage > 0:
            layers.append(Halving(c, 2 * c))
            c = 2 * c
        layers += [Cell(cell, c) for _ in range(options.cells)]
    return nn.Sequential(*layers, nn.BatchNorm2d(c), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(c, 10))


# ---- training ----

def train(network, split, epochs):
    images, labels = split
    optimizer = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    batches = (len(labels) + 127) // 128
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, epochs * batches))
    loss = torch.zeros(())
    network.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(labels)).split(128):
            optimizer.zero_grad()
            loss = functional.cross_entropy(network(images[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
    return float(loss)


def accuracy(network, split):
    network.eval()
    right = 0
    with torch.no_grad():
        for images, labels in zip(split[0].split(500), split[1].split(500)):
            right += int((network(images).argmax(1) == labels).sum())
    return 100 * right / len(split[1])


def evaluate(request, data):
    torch.manual_seed(request["seed"])
    network = build(read_cell(request["arch"]))
    epochs = int(request.get("budget") or 1)
    loss = train(network, data["train"], epochs)
    size = sum(p.numel() for p in network.parameters())
    return {"status": "ok", "cost": epochs, "metrics": {
        "valid": accuracy(network, data["valid"]), "test": accuracy(network, data["test"]), "loss": loss,
        "parameters": size}}


def main():
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    known = read_split("train")
    data = {"train": part(known, 0, options.images), "valid": part(known, 60000 - options.judge, options.judge),
            "test": part(read_split("t10k"), 0, options.judge)}
    channel.write('{"hello":1,"protocol":"ganas-eval/1"}\n')
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = evaluate(request, data)
        except (RuntimeError, KeyError, ValueError) as error:
            answer = {"status": "error", "error": str(error)}
        answer["id"] = request["id"]
        channel.write(json.dumps(answer) + "\n")


main()
