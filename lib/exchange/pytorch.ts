/**
 * A network as PyTorch reads it: a safetensors file in PyTorch's names, and a
 * Python file that builds the modules and loads it.
 *
 * @module
 */

import {
  type Block,
  type Layer,
  type Leaf,
  leaves,
  type Network,
  type ParameterRole,
  parameterTable,
} from "../network/mod.ts";
import { encodeTensors, type NamedTensor } from "../training/mod.ts";
import { metadataOf, type TrainedNetwork } from "./trained.ts";

/** What PyTorch's modules call them. */
const ROLES: Readonly<Record<ParameterRole, string>> = {
  weight: "weight",
  bias: "bias",
  scale: "weight",
  shift: "bias",
  runningMean: "running_mean",
  runningVariance: "running_var",
};

/** The name of a parameter in PyTorch: "blocks.1.scale" is "blocks.1.weight". */
export function pytorchName(name: string, role: ParameterRole): string {
  return name.slice(0, -role.length) + ROLES[role];
}

/** The files: weights and Python. */
export function pytorchFiles(
  trained: TrainedNetwork,
): ReadonlyMap<string, string | Uint8Array> {
  const tensors: Record<string, NamedTensor> = {};
  for (const { name, role, shape } of parameterTable(trained.network)) {
    tensors[pytorchName(name, role)] = { shape, data: trained.weights[name]! };
  }
  // "format" is what Python's libraries ask for.
  const metadata = { format: "pt", ...metadataOf(trained) };
  return new Map<string, string | Uint8Array>([
    ["model.safetensors", encodeTensors({ tensors, metadata })],
    ["model.py", modelPython(trained)],
  ]);
}

function modelPython(
  { name, network, classes, mean, std }: TrainedNetwork,
): string {
  const inputs = new Map(
    leaves(network).map(({ path, input }) => [path.join("."), input]),
  );
  const modules = sequence(network.blocks, { path: "blocks", inputs })
    .map((line) => `            ${line}`).join("\n");
  const [channels, height, width] = network.input;
  return `"""${
    docText(name)
  }: images [batch, ${channels}, ${height}, ${width}] to logits [batch, ${classes.length}]."""
import json, math, pathlib
import torch
from torch import nn

MEAN, STD = ${JSON.stringify(mean)}, ${JSON.stringify(std)}
CLASSES = ${JSON.stringify(classes)}


${helpers(network)}class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(
${modules}
        )

    def forward(self, images): return self.blocks(images).flatten(1)


def preprocess(pixels):
    """Pixels 0 ... 255, [batch, channels, height, width], as the model wants them."""
    mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (MEAN, STD))
    return (pixels / 255 - mean) / std


def load(path=pathlib.Path(__file__).with_name("model.safetensors")):
    """The trained model, ready to predict."""
    # With the package safetensors: weights = safetensors.torch.load_file(path)
    data = bytearray(pathlib.Path(path).read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    weights = {key: torch.frombuffer(data, dtype=torch.float32, count=math.prod(t["shape"]),
                                     offset=start + t["data_offsets"][0]).reshape(t["shape"]).clone()
               for key, t in json.loads(data[8:start]).items() if key != "__metadata__"}
    model = Model()
    # Batches were not counted in training: momentum is constant.
    counters = {key: n for key, n in model.state_dict().items() if key.endswith("num_batches_tracked")}
    model.load_state_dict({**counters, **weights})
    return model.eval()
`;
}

/** Modules that torch.nn has not, by what they are for. */
const HELPERS: Readonly<Record<"linear" | "residual" | "concat", string>> = {
  linear: `class Linear(nn.Linear):
    """On flattened maps; its outputs are maps of 1 x 1."""
    def forward(self, x): return super().forward(x.flatten(1))[:, :, None, None]`,
  residual: `class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = nn.Sequential(*body), nn.Sequential(*shortcut)

    def forward(self, x): return torch.relu(self.body(x) + self.shortcut(x))`,
  concat: `class Concat(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*branch) for branch in branches)

    def forward(self, x): return torch.cat([branch(x) for branch in self.branches], 1)`,
};

/** Those that a network needs. */
function helpers(network: Network): string {
  const needed = new Set<string>([
    ...network.blocks.map(({ type }) => type),
    ...leaves(network).map(({ layer }) => layer.type),
  ]);
  return Object.entries(HELPERS)
    .filter(([type]) => needed.has(type))
    .map(([, code]) => `${code}\n\n\n`)
    .join("");
}

/** A text that may stand in a Python comment of three quotes. */
function docText(text: string): string {
  return text.replaceAll(/["\\]/g, "");
}

/** Where a sequence stands. */
interface Place {
  readonly path: string;
  readonly inputs: ReadonlyMap<string, Leaf["input"]>;
}

/** One line a module of the sequence; inner ones are indented. */
function sequence(
  blocks: readonly Block[],
  { path, inputs }: Place,
): readonly string[] {
  return blocks.flatMap((block, i) => {
    const at = `${path}.${i}`;
    const list = (layers: readonly Layer[], place: string) => [
      "[",
      ...sequence(layers, { path: `${at}.${place}`, inputs }).map(indent),
    ];
    if (block.type === "residual") {
      return [
        "Residual(",
        ...[...list(block.body, "body"), "],"].map(indent),
        ...[...list(block.shortcut, "shortcut"), "],"].map(indent),
        "),",
      ];
    }
    if (block.type === "concat") {
      return [
        "Concat(",
        ...block.branches.flatMap((layers, branch) =>
          [...list(layers, `branches.${branch}`), "],"].map(indent)
        ),
        "),",
      ];
    }
    return [`${moduleOf(block, inputs.get(at)!)},`];
  });
}

function indent(line: string): string {
  return `    ${line}`;
}

function moduleOf(
  layer: Layer,
  [channels, height, width]: Leaf["input"],
): string {
  const bias = (has: boolean) => has ? "" : ", bias=False";
  switch (layer.type) {
    case "conv":
      return `nn.Conv2d(${channels}, ${layer.outChannels}, ${layer.kernel}, stride=${layer.stride}, padding=${layer.padding}${
        bias(layer.bias)
      })`;
    case "batchNorm":
      return `nn.BatchNorm2d(${channels})`;
    case "relu":
      return "nn.ReLU()";
    case "maxPool":
      return `nn.MaxPool2d(${layer.kernel}, stride=${layer.stride}, padding=${layer.padding})`;
    case "avgPool":
      return layer.kernel === "global"
        ? "nn.AdaptiveAvgPool2d(1)"
        : `nn.AvgPool2d(${layer.kernel}, stride=${layer.stride})`;
    case "linear":
      return `Linear(${channels * height * width}, ${layer.outFeatures}${
        bias(layer.bias)
      })`;
    case "dropout":
      return `nn.Dropout(${layer.rate})`;
    case "padChannels":
      return `nn.ConstantPad3d((0, 0, 0, 0, ${layer.before}, ${layer.after}), 0)`;
  }
}
