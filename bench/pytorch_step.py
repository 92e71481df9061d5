"""Times PyTorch's training step on the benchmark's networks.

Reads lines "NETWORK STEPS" from standard input and answers each with the
milliseconds of one step (median over STEPS) as JSON. Settings come from the
command line: layout (nchw or channels_last) and whether Adam is foreach.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn

BATCH = 64
LAYOUT, FOREACH = sys.argv[1], sys.argv[2] == "foreach"
torch.set_num_threads(1)
torch.manual_seed(1)


def conv_block(inputs, outputs, stride):
    return [
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]


def cnn():
    plan = [(3, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1)]
    layers = [layer for entry in plan for layer in conv_block(*entry)]
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)
    )


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            *conv_block(inputs, outputs, stride),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                nn.BatchNorm2d(outputs),
            )

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet18(width):
    layers = conv_block(3, width, 1)
    inputs = width
    for stage in range(4):
        for index in range(2):
            outputs = width * 2**stage
            stride = 2 if stage > 0 and index == 0 else 1
            layers.append(BasicBlock(inputs, outputs, stride))
            inputs = outputs
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10)
    )


NETWORKS = {"cnn": cnn, "resnet18-16": lambda: resnet18(16)}
trainers = {}


def trainer(name):
    if name not in trainers:
        model = NETWORKS[name]().train()
        images = torch.randn(BATCH, 3, 32, 32)
        if LAYOUT == "channels_last":
            model = model.to(memory_format=torch.channels_last)
            images = images.to(memory_format=torch.channels_last)
        options = {"foreach": True} if FOREACH else {}
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, **options)
        targets = torch.randn(BATCH, 10)

        def step():
            optimiser.zero_grad(set_to_none=True)
            loss = nn.functional.mse_loss(model(images), targets)
            loss.backward()
            optimiser.step()
            return loss.item()

        for _ in range(3):
            step()
        trainers[name] = step
    return trainers[name]


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    network, steps = line.split()
    step = trainer(network)
    times = []
    for _ in range(int(steps)):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": statistics.median(times)}), flush=True)
