"""The network of a cell of NAS-Bench-101, for images of any size.

Stem of 128 channels, three stacks of three cells, each stack twice as wide and half as large. Ying et al.,
"NAS-Bench-101", ICML 2019.

    model = Network(classes=10)
    logits = model(torch.randn(2, 3, 32, 32))
"""
import torch
from torch import nn

ARCH = "01100/00010/00001/00001/00000:input,conv3x3-bn-relu,conv1x1-bn-relu,maxpool3x3,output"


def conv(inputs, outputs, kernel):
    """Convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-5, momentum=0.003),
        nn.ReLU(),
    )


OPERATIONS = {
    "conv3x3-bn-relu": lambda channels: conv(channels, channels, 3),
    "conv1x1-bn-relu": lambda channels: conv(channels, channels, 1),
    "maxpool3x3": lambda channels: nn.MaxPool2d(3, 1, padding=1),
}


def read(arch):
    """The sources of every vertex, and the labels."""
    rows, labels = arch.split(":")
    rows = rows.split("/")
    sources = [[j for j in range(i) if rows[j][i] == "1"] for i in range(len(rows))]
    return sources, labels.split(",")


def channels_of(sources, inputs, outputs):
    """Channels of every vertex: those that the output concatenates share its own, the first ones get what can't
    be shared; any other has as many as the widest that reads it."""
    last = len(sources) - 1
    channels = [0] * (last + 1)
    channels[0], channels[last] = inputs, outputs
    inner = [j for j in sources[last] if j > 0]
    for k, j in enumerate(inner):
        channels[j] = outputs // len(inner) + (1 if k < outputs % len(inner) else 0)
    for i in range(last - 1, 0, -1):
        for j in sources[i]:
            if j > 0:
                channels[j] = max(channels[j], channels[i])
    return channels


class Cell(nn.Module):
    def __init__(self, arch, inputs, outputs):
        super().__init__()
        self.sources, labels = read(arch)
        self.channels = channels_of(self.sources, inputs, outputs)
        self.last = len(self.sources) - 1
        self.projections = nn.ModuleDict(
            {str(i): conv(inputs, self.channels[i], 1) for i in range(1, self.last + 1) if 0 in self.sources[i]}
        )
        self.operations = nn.ModuleList(OPERATIONS[labels[i]](self.channels[i]) for i in range(1, self.last))

    def forward(self, x):
        values = [x]
        for i in range(1, self.last):
            parts = [values[j][:, : self.channels[i]] for j in self.sources[i] if j > 0]
            if 0 in self.sources[i]:
                parts.append(self.projections[str(i)](x))
            values.append(self.operations[i - 1](sum(parts)))
        inner = [values[j] for j in self.sources[self.last] if j > 0]
        if not inner:
            return self.projections[str(self.last)](x)
        result = torch.cat(inner, 1)
        if 0 in self.sources[self.last]:
            result = result + self.projections[str(self.last)](x)
        return result


class Network(nn.Module):
    def __init__(self, arch=ARCH, classes=10, channels=128, stacks=3, cells=3):
        super().__init__()
        layers, inputs = [conv(3, channels, 3)], channels
        for stack in range(stacks):
            if stack > 0:
                layers.append(nn.MaxPool2d(2, 2))
                channels *= 2
            for _ in range(cells):
                layers.append(Cell(arch, inputs, channels))
                inputs = channels
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.layers(x).mean((2, 3)))
