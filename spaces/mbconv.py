"""Networks of inverted residual blocks: the spaces proxylessnas, ofa_proxyless, mobilenetv3 and
efficientnet.

Which of them a network is of shows in the form of its string. It has exactly the parameters that the
space's measures say, and their multiply-adds on pictures of `pixels` pixels. Cai, Zhu, Han,
"ProxylessNAS", ICLR 2019; Cai et al., "Once-for-All", ICLR 2020; Tan and Le, "EfficientNet", ICML 2019.

    model = Network(classes=1000)
    logits = model(torch.randn(2, 3, model.pixels, model.pixels))
"""
import re

import torch
from torch import nn

ARCH = "r224:d23344:k3355355355333373:e3336343364446663"


# ---- layers ----

def unit(inputs, outputs, kernel, stride, act, groups=1):
    """Convolution, batch norm and an activation, if there is one."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([act()] if act else []))


class Squeeze(nn.Module):
    """Squeeze-and-excitation of `channels` through `inner`."""

    def __init__(self, channels, inner, act, gate):
        super().__init__()
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, inner, 1), act(), nn.Conv2d(inner, channels, 1), gate())

    def forward(self, x):
        return x * self.scale(x)


class Block(nn.Module):
    """1 x 1 to `expansion` times the channels (none for 1), by channel, squeeze, 1 x 1."""

    def __init__(self, inputs, outputs, kernel, stride, expansion, act, squeeze=None):
        super().__init__()
        inner = expansion * inputs
        layers = [unit(inputs, inner, 1, 1, act)] if expansion != 1 else []
        layers.append(unit(inner, inner, kernel, stride, act, groups=inner))
        if squeeze:
            layers.append(squeeze(inputs, inner))
        layers.append(unit(inner, outputs, 1, 1, None))
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


# ---- strings ----

STAGED = re.compile(r"(?:r(\d+):)?d(\d+):k([357]+):e([346]+)")
EFFICIENT = re.compile(r"e([146]{7}):k([35]{7}):l([1-4]{7}):s([01]{7})")


def digits(text):
    return [int(digit) for digit in text]


def rounded(channels):
    """The multiple of 8 nearest to a number of channels, never less than 0.9 of it."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near


def staged(inputs, channels, strides, depths, kinds):
    """Of each block its stage, and its inputs, outputs, kernel, stride and expansion."""
    kinds = iter(kinds)
    for stage, depth in enumerate(depths):
        for place in range(depth):
            kernel, expansion = next(kinds)
            stride = strides[stage] if place == 0 else 1
            yield stage, (inputs, channels[stage], kernel, stride, expansion)
            inputs = channels[stage]


# ---- networks: their layers, and the channels that the last of them gives ----

def proxyless(width, depths, kinds):
    stem, first, last = (rounded(width * channels) for channels in (32, 16, 1280))
    channels = [rounded(width * channels) for channels in (24, 40, 80, 96, 192, 320)]
    act = nn.ReLU6
    layers = [unit(3, stem, 3, 2, act), Block(stem, first, 3, 1, 1, act)]
    for _, shape in staged(first, channels, (2, 2, 2, 1, 2, 1), depths, kinds):
        layers.append(Block(*shape, act))
    return layers + [unit(channels[-1], last, 1, 1, act), nn.AdaptiveAvgPool2d(1)], last


def mobilenetv3(depths, kinds):
    stem, first, last, head = (rounded(1.2 * channels) for channels in (16, 16, 960, 1280))
    channels = [rounded(1.2 * channels) for channels in (24, 40, 80, 112, 160)]

    def squeeze(_, inner):
        return Squeeze(inner, rounded(inner // 4), nn.ReLU, nn.Hardsigmoid)

    layers = [unit(3, stem, 3, 2, nn.Hardswish), Block(stem, first, 3, 1, 1, nn.ReLU)]
    for stage, shape in staged(first, channels, (2, 2, 2, 1, 2), depths, kinds):
        act = nn.ReLU if stage < 2 else nn.Hardswish
        layers.append(Block(*shape, act, squeeze if stage in (1, 3, 4) else None))
    return layers + [
        unit(channels[-1], last, 1, 1, nn.Hardswish), nn.AdaptiveAvgPool2d(1),
        nn.Conv2d(last, head, 1, bias=False), nn.Hardswish(),
    ], head


def efficientnet(expansions, kernels, depths, squeezed):
    channels, act, last = (16, 24, 40, 80, 112, 192, 320), nn.SiLU, 1280
    kinds = [kind for *kind, depth in zip(kernels, expansions, depths) for _ in range(depth)]

    def squeeze(inputs, inner):
        return Squeeze(inner, max(1, inputs // 4), act, nn.Sigmoid)

    layers = [unit(3, 32, 3, 2, act)]
    for stage, shape in staged(32, channels, (1, 2, 2, 2, 1, 2, 1), depths, kinds):
        layers.append(Block(*shape, act, squeeze if squeezed[stage] else None))
    return layers + [unit(channels[-1], last, 1, 1, act), nn.AdaptiveAvgPool2d(1)], last


def build(arch):
    """The size of the pictures, the layers and the channels of a network."""
    found = EFFICIENT.fullmatch(arch)
    if found:
        return 224, *efficientnet(*map(digits, found.groups()))
    found = STAGED.fullmatch(arch)
    if not found:
        raise ValueError("no network of these spaces: %r" % arch)
    pixels, (depths, kernels, expansions) = found[1], map(digits, found.groups()[1:])
    kinds = list(zip(kernels, expansions))
    if len(depths) == 5:
        return int(pixels), *mobilenetv3(depths, kinds)
    return int(pixels or 224), *proxyless(1.3 if pixels else 1, depths, kinds)


class Network(nn.Module):
    def __init__(self, arch=ARCH, classes=1000):
        super().__init__()
        self.pixels, layers, channels = build(arch)
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))
