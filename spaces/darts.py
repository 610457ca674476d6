"""The network of a DARTS genotype for images of 32 x 32 pixels: 20 cells of 36 channels, twice as many after each
of the two reduction cells. Liu et al., "DARTS", ICLR 2019; without the auxiliary head and drop path of training.

    model = Network(classes=10)
    logits = model(torch.randn(2, 3, 32, 32))
"""
import re

import torch
from torch import nn

ARCH = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 2)], "
    "normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('max_pool_3x3', 1), "
    "('skip_connect', 2), ('max_pool_3x3', 0), ('skip_connect', 2), ('max_pool_3x3', 1), ('skip_connect', 2)], "
    "reduce_concat=[2, 3, 4, 5])"
)


def point(inputs, outputs):
    """ReLU, 1 x 1 convolution, batch norm."""
    return nn.Sequential(nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def depthwise(channels, kernel, stride, dilation=1):
    """ReLU, a convolution by channel, one by point, batch norm."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels, channels, kernel, stride, padding=dilation * (kernel // 2), dilation=dilation,
                  groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    )


def separable(channels, kernel, stride):
    return nn.Sequential(depthwise(channels, kernel, stride), depthwise(channels, kernel, 1))


class Halve(nn.Module):
    """Half as large: two 1 x 1 convolutions of stride 2, one of them a pixel aside."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.left = nn.Conv2d(inputs, outputs // 2, 1, 2, bias=False)
        self.right = nn.Conv2d(inputs, outputs - outputs // 2, 1, 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = torch.relu(x)
        return self.norm(torch.cat([self.left(x), self.right(x[:, :, 1:, 1:])], 1))


OPERATIONS = {
    "max_pool_3x3": lambda c, stride: nn.MaxPool2d(3, stride, padding=1),
    "avg_pool_3x3": lambda c, stride: nn.AvgPool2d(3, stride, padding=1, count_include_pad=False),
    "skip_connect": lambda c, stride: nn.Identity() if stride == 1 else Halve(c, c),
    "sep_conv_3x3": lambda c, stride: separable(c, 3, stride),
    "sep_conv_5x5": lambda c, stride: separable(c, 5, stride),
    "dil_conv_3x3": lambda c, stride: depthwise(c, 3, stride, dilation=2),
    "dil_conv_5x5": lambda c, stride: depthwise(c, 5, stride, dilation=2),
}


def picks_of(arch, cell):
    """The operations and sources of a cell, "normal" or "reduce", two a state."""
    text = re.search(cell + r"=\[(.*?)\]", arch).group(1)
    return [(op, int(source)) for op, source in re.findall(r"\('(\w+)', (\d+)\)", text)]


class Cell(nn.Module):
    def __init__(self, arch, before, last, channels, halves, halved):
        super().__init__()
        self.first = Halve(before, channels) if halved else point(before, channels)
        self.second = point(last, channels)
        self.picks = picks_of(arch, "reduce" if halves else "normal")
        self.operations = nn.ModuleList(
            OPERATIONS[op](channels, 2 if halves and source < 2 else 1) for op, source in self.picks
        )

    def forward(self, before, last):
        states = [self.first(before), self.second(last)]
        parts = zip(self.picks, self.operations)
        for (_, a), left in parts:
            (_, b), right = next(parts)
            states.append(left(states[a]) + right(states[b]))
        return torch.cat(states[2:], 1)


class Network(nn.Module):
    def __init__(self, arch=ARCH, classes=10, channels=36, layers=20):
        super().__init__()
        before = last = 3 * channels
        self.stem = nn.Sequential(nn.Conv2d(3, last, 3, padding=1, bias=False), nn.BatchNorm2d(last))
        self.cells = nn.ModuleList()
        halved = False
        for i in range(layers):
            halves = i in (layers // 3, 2 * layers // 3)
            channels *= 2 if halves else 1
            self.cells.append(Cell(arch, before, last, channels, halves, halved))
            before, last, halved = last, 4 * channels, halves
        self.classifier = nn.Linear(last, classes)

    def forward(self, x):
        before = last = self.stem(x)
        for cell in self.cells:
            before, last = last, cell(before, last)
        return self.classifier(last.mean((2, 3)))
