"""A process that trains one network with PyTorch, as step.ts does with our engines.

One JSON object a line comes in on standard input, one goes out on standard
output (messages.ts). Settings come from the command line: layout ("nchw" or
"channels_last"), "foreach" or "default" for Adam, "eager" or "compile", "f32" or
"bf16" (autocast).
"""

import contextlib
import json
import resource
import sys
import time

import torch
from torch import nn

LAYOUT, ADAM, MODE, PRECISION = sys.argv[1:5]
torch.set_num_threads(1)
torch.manual_seed(1)


class Residual(nn.Module):
    """relu(body(x) + shortcut(x)); an empty shortcut is the identity."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def build_layer(layer, shape, after_relu):
    """A layer of lib/network/network.ts, and the shape it leads to."""
    kind = layer["type"]
    channels, height, width = shape
    if kind == "conv":
        k, s, p = layer["kernel"], layer["stride"], layer["padding"]
        outputs = layer["outChannels"]
        module = nn.Conv2d(channels, outputs, k, s, p, bias=layer["bias"])
        sides = [(side + 2 * p - k) // s + 1 for side in (height, width)]
        return module, [outputs, *sides]
    if kind == "batchNorm":
        return nn.BatchNorm2d(channels), shape
    if kind == "relu":
        # A ReLU's backward pass reads its output: nothing may write over it.
        return nn.ReLU(inplace=not after_relu), shape
    if kind == "dropout":
        return nn.Dropout(layer["rate"]), shape
    if kind == "linear":
        features = channels * height * width
        linear = nn.Linear(features, layer["outFeatures"], bias=layer["bias"])
        return nn.Sequential(nn.Flatten(), linear), [layer["outFeatures"], 1, 1]
    if kind == "avgPool" and layer["kernel"] in ("global", height) and height == width:
        return nn.AdaptiveAvgPool2d(1), [channels, 1, 1]
    k, s = layer["kernel"], layer["stride"]
    p = layer.get("padding", 0)
    sides = [(side + 2 * p - k) // s + 1 for side in (height, width)]
    if kind == "maxPool":
        return nn.MaxPool2d(k, s, p), [channels, *sides]
    return nn.AvgPool2d(k, s), [channels, *sides]


def build(blocks, shape, after_relu=False):
    modules = []
    for block in blocks:
        if block["type"] == "residual":
            # Both branches read the block's input: neither may write over it.
            body, out = build(block["body"], shape, True)
            shortcut, _ = build(block["shortcut"], shape, True)
            modules.append(Residual(body, shortcut))
            shape, after_relu = out, True
        else:
            module, shape = build_layer(block, shape, after_relu)
            modules.append(module)
            after_relu = block["type"] == "relu"
    return nn.Sequential(*modules), shape


def cast():
    if PRECISION == "f32":
        return contextlib.nullcontext()
    return torch.autocast("cpu", dtype=torch.bfloat16)


def laid_out(tensor):
    if LAYOUT == "nchw":
        return tensor
    return tensor.to(memory_format=torch.channels_last)


def start():
    """Builds the network; gives its model, and its step, which compiles when called first."""
    network, batch = opened["network"], opened["batchSize"]
    model, (outputs, _, _) = build(network["blocks"], network["input"])
    model = laid_out(model.train())
    images = laid_out(torch.randn(batch, *network["input"]))
    targets = torch.randn(batch, outputs)
    options = {"foreach": True} if ADAM == "foreach" else {}
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, **options)

    def loss_of(x, y):
        with cast():
            logits = model(x)
        return nn.functional.mse_loss(logits.float(), y)

    compute = torch.compile(loss_of) if MODE == "compile" else loss_of

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = compute(images, targets)
        loss.backward()
        optimiser.step()
        return loss.item()

    return model, step


def open_network(message):
    global opened, model, step
    opened = message
    model, step = start()
    return {"parameters": sum(p.numel() for p in model.parameters())}


def predictor():
    """Predicts all images; at once or by the step's batches, as is quicker."""
    images = laid_out(torch.randn(opened["predictions"], *opened["network"]["input"]))

    def by(size):
        def predict():
            model.eval()
            with torch.no_grad(), cast():
                for part in images.split(size):
                    model(part)
            model.train()

        return predict

    ways = [by(len(images)), by(opened["batchSize"])]
    for way in ways:
        way()
    return min(ways, key=lambda way: min(timed(way) for _ in range(3)))


def timed(work):
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def steps(message):
    return {"milliseconds": [timed(step) for _ in range(message["times"])]}


def predictions(message):
    global predict
    if predict is None:
        predict = predictor()
    return {"milliseconds": [timed(predict) for _ in range(message["times"])]}


def starts(message):
    def first_step():
        if MODE == "compile":
            torch._dynamo.reset()
        start()[1]()

    return {"milliseconds": [timed(first_step) for _ in range(message["times"])]}


def peak(_):
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return {"bytes": int(line.split()[1]) * 1024}
    except OSError:
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # macOS counts bytes, the others kilobytes.
        return {"bytes": size if sys.platform == "darwin" else size * 1024}


opened = model = step = predict = None
HANDLERS = {
    "open": open_network,
    "steps": steps,
    "predictions": predictions,
    "starts": starts,
    "peak": peak,
}
for line in sys.stdin:
    message = json.loads(line)
    try:
        reply = HANDLERS[message["command"]](message)
    except Exception as error:  # The parent decides what it means.
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
