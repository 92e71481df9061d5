/**
 * How somebody without this project loads a teacher: the part of
 * results/teachers/README.md on PyTorch.
 *
 * @module
 */

import { dataSetFacts, dataSetNames } from "../../data/mod.ts";
import { type Cell, type Column, markdownTable } from "../../report/mod.ts";
import type { TeacherRecord } from "./record.ts";

const COLUMNS: readonly Column[] = [
  { title: "data set" },
  { title: "mean" },
  { title: "std" },
];

/** How images of a data set are normalised, as Python writes it. */
interface Normalisation {
  readonly mean: string;
  readonly std: string;
}

/** What the registry says; of a folder of pictures it depends on the pictures. */
function normalisationOf(dataset: string): Normalisation | undefined {
  if (!dataSetNames().includes(dataset)) return undefined;
  const { mean, std } = dataSetFacts(dataset);
  const list = (values: readonly number[]) => `[${values.join(", ")}]`;
  return { mean: list(mean), std: list(std) };
}

/**
 * The section: Python that reads a teacher's two files and evaluates it, shown
 * for the smallest one, and what images of each data set are normalised by.
 *
 * @param records At least one.
 */
export function pytorchSection(records: readonly TeacherRecord[]): string {
  const [smallest] = records.toSorted((a, b) =>
    a.deterministic.macs - b.deterministic.macs
  );
  const sets = [
    ...new Set(
      records.map(({ deterministic }) => deterministic.identity.data.name),
    ),
  ];
  const rows = sets.map((name) => {
    const known = normalisationOf(name);
    return known === undefined
      ? [name, "of its own training images", "likewise"]
      : [name, code(known.mean), code(known.std)];
  });
  return `## Loading one in PyTorch

The record holds the network; the names of the weights follow it:
\`blocks.3.body.0.weight\` belongs to the first layer in the body of the fourth
block. Convolutions are [out, in, height, width], linear layers [out, in] on
flattened channel-major maps, images [batch, channels, height, width]; pixels are
scaled to 0 … 1, then normalised. Batch norm is PyTorch's own: epsilon 1e-5 and, to
train on, momentum 0.1. Run in this folder:

\`\`\`python
${snippet(smallest!)}\`\`\`

Mean and standard deviation of each channel, over all training images:

${markdownTable(COLUMNS, rows)}`;
}

/** To be copied as it is. */
function code(text: string): Cell {
  return { markdown: `\`${text}\`` };
}

function snippet({ profile, deterministic }: TeacherRecord): string {
  const { mean, std } = normalisationOf(deterministic.identity.data.name) ??
    { mean: "MEAN", std: "STD" };
  return `import json, math, torch, torch.nn.functional as F

name, mean, std = ${JSON.stringify(profile)}, ${mean}, ${std}
network = json.load(open(name + ".json"))["deterministic"]["identity"]["network"]
# Or, with the package safetensors: weights = safetensors.torch.load_file(name + ".safetensors")
data = bytearray(open(name + ".safetensors", "rb").read())
start = 8 + int.from_bytes(data[:8], "little")
weights = {key: torch.frombuffer(data, dtype=torch.float32, count=math.prod(t["shape"]),
                                 offset=start + t["data_offsets"][0]).reshape(t["shape"])
           for key, t in json.loads(data[8:start]).items() if key != "__metadata__"}

def run(x, layers, path):
    for i, layer in enumerate(layers):
        kind, at = layer["type"], f"{path}.{i}"
        w = lambda role: weights.get(f"{at}.{role}")
        if kind == "conv": x = F.conv2d(x, w("weight"), w("bias"), layer["stride"], layer["padding"])
        if kind == "batchNorm": x = F.batch_norm(x, w("runningMean"), w("runningVariance"), w("scale"), w("shift"), eps=1e-5)
        if kind == "relu": x = F.relu(x)
        if kind == "maxPool": x = F.max_pool2d(x, layer["kernel"], layer["stride"], layer["padding"])
        if kind == "avgPool": x = F.avg_pool2d(x, x.shape[2:] if layer["kernel"] == "global" else layer["kernel"], layer["stride"])
        if kind == "linear": x = F.linear(x.flatten(1), w("weight"), w("bias"))
        if kind == "residual": x = F.relu(run(x, layer["body"], at + ".body") + run(x, layer["shortcut"], at + ".shortcut"))
        if kind == "concat": x = torch.cat([run(x, branch, f"{at}.branches.{j}") for j, branch in enumerate(layer["branches"])], 1)
    return x

def logits(pixels):  # 0 ... 255, [batch, channels, height, width]
    per_channel = lambda values: torch.tensor(values).reshape(-1, 1, 1)
    return run((pixels / 255 - per_channel(mean)) / per_channel(std), network["blocks"], "blocks").flatten(1)
`;
}
