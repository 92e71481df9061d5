/**
 * Networks that others trained, with the accuracy that was measured of each: files
 * in `../shared/networks` beside the project, or where `N2N_NETWORKS` says.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ifThere } from "../../lib/cli/mod.ts";
import { openTestSplit } from "../../lib/data/test_split.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  ImportError,
  type Preprocessing,
  readNetwork,
  withInner,
} from "../../lib/exchange/mod.ts";
import { isCached, openData } from "../../lib/lab/mod.ts";
import { dataSetFacts } from "../../lib/data/mod.ts";
import { measureAccuracy } from "../../lib/training/mod.ts";

const FOLDER = Deno.env.get("N2N_NETWORKS") ||
  fileURLToPath(new URL("../../../shared/networks", import.meta.url));

/** Test images of which the accuracy is measured. */
const IMAGES: Readonly<Record<string, number>> = { mnist: 2000, cifar10: 1000 };

/** What must be refused, and why. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "onnx/mnist-sigmoid-6x200.onnx": /node "\w+" \(Sigmoid\) is no operator/,
};
const OTHER_FORMATS = /its name ends in "\.(th|pth|h5)", expected \.onnx/;

/** A line of the index. */
interface Row {
  readonly file: string;
  readonly data: string;
  readonly preprocessing: string;
  readonly accuracy: number;
}

async function readIndex(): Promise<readonly Row[]> {
  const text = await ifThere(() => Deno.readTextFile(`${FOLDER}/index.tsv`));
  const rows = (text ?? "").trim().split("\n").slice(1).map((line) => {
    const [file = "", , , source = "", , , data = "", , preprocessing = ""] =
      line.split("\t");
    const accuracy = Number(line.split("\t")[10]);
    return { file, source, data, preprocessing, accuracy };
  });
  return rows.filter(({ data }) => data !== "").map(({ source, ...row }) => ({
    ...row,
    preprocessing: row.preprocessing === "as its source"
      ? rows.find(({ file }) =>
        file.startsWith(source.replace("made here from ", ""))
      )!.preprocessing
      : row.preprocessing,
  }));
}

/** "(x/255-[.485,.456,.406])/.225" in numbers. */
function parsePreprocessing(text: string, channels: number): Preprocessing {
  const each = (value: string) => {
    const list = value.replaceAll(/[[\]]/g, "").split(",").map(Number);
    return Array.from({ length: channels }, (_, c) => list[c] ?? list[0]!);
  };
  if (text === "x/255") return { mean: each("0"), std: each("1") };
  if (text === "x (0..255)") {
    return { mean: each("0"), std: each(String(1 / 255)) };
  }
  const match = /^\(x\/255-(.+)\)\/(.+)$/.exec(text);
  assert(match !== null, `cannot read "${text}"`);
  return { mean: each(match[1]!), std: each(match[2]!) };
}

const rows = await readIndex();

if (rows.length === 0) {
  Deno.test({
    name:
      `readNetwork() gives real files their accuracy (skipped, because there is no index.tsv in ${
        join("..", "shared", "networks")
      } beside the project, nor where N2N_NETWORKS says)`,
    ignore: true,
    fn() {},
  });
}

for (const { file, data, preprocessing, accuracy } of rows) {
  const isKnown = data === "mnist" || await isCached({ dataset: data });
  const formats = [".onnx", ".json"];
  const refusal = REFUSED[file] ??
    (formats.some((ending) => file.endsWith(ending))
      ? undefined
      : OTHER_FORMATS);
  const { shape, classes } = dataSetFacts(data);
  const path = join(FOLDER, file);
  if (refusal !== undefined) {
    Deno.test(`readNetwork() refuses ${file} in words`, async () => {
      await assert.rejects(
        readNetwork(path, { shape, classes: classes.length }),
        (error) => error instanceof ImportError && refusal.test(error.message),
      );
    });
    continue;
  }
  Deno.test({
    name: `readNetwork() gives ${file} its accuracy on ${data}${
      isKnown
        ? ""
        : ` (skipped, because ${data} is not in the cache; deno task data fetch ${data})`
    }`,
    ignore: !isKnown,
    async fn() {
      const imported = await readNetwork(path, {
        shape,
        classes: classes.length,
      });
      assert.equal(
        imported.name,
        file.endsWith("model.json")
          ? dirname(file).split("/").at(-1)
          : file.split("/").at(-1)!.replace(/\.\w+$/, ""),
      );
      const stated = parsePreprocessing(preprocessing, shape[0]);
      const split = await openTestSplit(await openData(data, {}));
      const count = IMAGES[data]!;
      const engine = await openEngine("onnx-cpu");
      const program = await engine.compile(imported.network, {
        loss: { crossEntropy: 1, logitMse: 0 },
        optimiser: {
          type: "sgd",
          momentum: 0,
          nesterov: false,
          weightDecay: 0,
        },
        batchSize: 1,
      });
      try {
        program.load(imported.weights);
        const measured = await measureAccuracy(program, {
          split,
          indices: Uint32Array.from({ length: count }, (_, row) => row),
          ...withInner(stated, imported.inner),
        });
        // Four standard errors of so many images.
        const error = Math.sqrt(accuracy * (1 - accuracy) / count);
        assert(
          Math.abs(measured.accuracy - accuracy) < 4 * error,
          `${measured.accuracy} of ${count} images, expected ${accuracy}`,
        );
      } finally {
        await program.dispose();
      }
    },
  });
}
