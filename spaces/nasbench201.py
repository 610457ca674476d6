"""The network of a cell of NAS-Bench-201, for images of any size.

Three stages of five cells with 16, 32 and 64 channels, residual blocks of stride 2 between them.
Dong and Yang, "NAS-Bench-201", ICLR 2020.

    model = Network(classes=10)
    logits = model(torch.randn(2, 3, 32, 32))
"""
import re

import torch
from torch import nn

ARCH = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|"


def conv(inputs, outputs, kernel, stride=1):
    """ReLU, convolution, batch norm."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Zero(nn.Module):
    def forward(self, x):
        return torch.zeros_like(x)


OPERATIONS = {
    "none": lambda channels: Zero(),
    "skip_connect": lambda channels: nn.Identity(),
    "nor_conv_1x1": lambda channels: conv(channels, channels, 1),
    "nor_conv_3x3": lambda channels: conv(channels, channels, 3),
    "avg_pool_3x3": lambda channels: nn.AvgPool2d(3, 1, padding=1, count_include_pad=False),
}


def edges_of(arch):
    """The operation and the source of every edge, a list a state."""
    return [
        [(op, int(source)) for op, source in re.findall(r"\|([^|~]+)~(\d+)", state)]
        for state in arch.split("+")
    ]


class Cell(nn.Module):
    def __init__(self, arch, channels):
        super().__init__()
        self.edges = edges_of(arch)
        self.operations = nn.ModuleList(
            nn.ModuleList(OPERATIONS[op](channels) for op, _ in edges) for edges in self.edges
        )

    def forward(self, x):
        states = [x]
        for edges, operations in zip(self.edges, self.operations):
            states.append(sum(op(states[source]) for (_, source), op in zip(edges, operations)))
        return states[-1]


class Reduction(nn.Module):
    """A residual block that halves the image and doubles the channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.long = nn.Sequential(conv(inputs, outputs, 3, stride=2), conv(outputs, outputs, 3))
        self.short = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x):
        return self.short(x) + self.long(x)


class Network(nn.Module):
    def __init__(self, arch=ARCH, classes=10, channels=16, cells=5):
        super().__init__()
        layers = [nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)]
        for stage in range(3):
            if stage > 0:
                layers.append(Reduction(channels, 2 * channels))
                channels *= 2
            layers += [Cell(arch, channels) for _ in range(cells)]
        self.layers = nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU())
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.layers(x).mean((2, 3)))
