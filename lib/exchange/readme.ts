/**
 * The page beside exported files: what they hold and how they are used.
 *
 * @module
 */

import { countMacs, countParameters, describe } from "../network/mod.ts";
import type { Format } from "./export_network.ts";
import type { TrainedNetwork } from "./trained.ts";

/** How a format's files are read and used. */
interface Usage {
  /** Where the metadata stand, and what was done to the network. */
  readonly notes: string;
  /** Language of the example. */
  readonly language: "python" | "js";
  /** Code that gives logits. */
  readonly example: (trained: TrainedNetwork) => string;
}

const USAGES: Readonly<Record<Format, Usage>> = {
  onnx: {
    notes:
      `\`model.onnx\`: operator set 17, standard operators only. Input \`images\`,
\`[batch, channels, height, width]\` of any batch; output \`logits\`, \`[batch, classes]\`.
Each batch norm is folded into the convolution or linear layer before it, where there
is one. All that this page says is in the model's \`metadata_props\` too.`,
    language: "python",
    example: ({ network }) =>
      `import numpy, onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
images = numpy.zeros((1, ${
        network.input.join(", ")
      }), numpy.float32)  # normalised as above
[logits] = session.run(["logits"], {"images": images})`,
  },
  safetensors: {
    notes:
      `\`model.safetensors\`: all parameters and running statistics in float32; nothing is
folded. Its metadata hold all that this page says, and under \`network\` the layers as
JSON: \`blocks.3.body.0.weight\` belongs to the first layer in the body of the fourth
block. Convolutions are \`[out, in, height, width]\`, linear layers \`[out, in]\` on
flattened channel-major maps; batch norms have \`scale\`, \`shift\`, \`runningMean\` and
\`runningVariance\`, epsilon 1e-5.`,
    language: "python",
    example: () =>
      `import json, safetensors

with safetensors.safe_open("model.safetensors", "np") as file:
    network = json.loads(file.metadata()["network"])
    weights = {name: file.get_tensor(name) for name in file.keys()}`,
  },
  pytorch: {
    notes:
      `\`model.py\` builds the network of plain \`torch.nn\` modules and loads
\`model.safetensors\`, whose names are those of its \`state_dict()\`. Nothing is folded, so
it can be trained further. The file's metadata hold all that this page says.`,
    language: "python",
    example: ({ network }) =>
      `import torch, model

net = model.load()
pixels = torch.zeros(1, ${network.input.join(", ")})  # 0 ... 255
with torch.no_grad():
    logits = net(model.preprocess(pixels))`,
  },
  tfjs: {
    notes:
      `\`model.json\` and \`weights.bin\`: a graph model of TensorFlow.js. Input \`images\`,
\`[batch, height, width, channels]\` of any batch; output \`logits\`, \`[batch, classes]\`.
Each batch norm is folded into the convolution or linear layer before it, where there
is one. \`userDefinedMetadata\` holds all that this page says.`,
    language: "js",
    example: ({ network: { input: [channels, height, width] } }) =>
      `import * as tf from "@tensorflow/tfjs";

const model = await tf.loadGraphModel("model.json");
const images = tf.zeros([1, ${height}, ${width}, ${channels}]); // normalised as above
const logits = model.predict(images);`,
  },
};

/** The page. */
export function readmeOf(format: Format, trained: TrainedNetwork): string {
  const { name, network, classes, mean, std, dataset, source, accuracy } =
    trained;
  const { notes, language, example } = USAGES[format];
  const [channels, height, width] = network.input;
  const list = (values: readonly number[]) => `[${values.join(", ")}]`;
  return `# ${name}

A network for ${dataset}, from ${source}. Recorded test accuracy ${
    (100 * accuracy).toFixed(2)
  } %; ${countParameters(network).toLocaleString("en-US")} parameters, ${
    countMacs(network).toLocaleString("en-US")
  } multiply-accumulates an image.

- **Input**: images of ${channels} x ${height} x ${width} (channels, height, width), pixels
  divided by 255, then (x - mean) / std for each channel.
- **mean** ${list(mean)}
- **std** ${list(std)}
- **Output**: one logit a class, before softmax.
- **Classes**, by number from 0: ${classes.join(", ")}.

${notes}

\`\`\`${language}
${example(trained)}
\`\`\`

Layers: ${describe(network)}
`;
}
