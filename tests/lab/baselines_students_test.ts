import assert from "node:assert/strict";
import { UsageError } from "../../lib/cli/mod.ts";
import {
  BASELINE_NAMES,
  type BaselineName,
  baselineStudents,
  completeConfig,
} from "../../lib/lab/mod.ts";
import { scaleFor } from "../../lib/lab/baselines/students.ts";
import {
  buildNetwork,
  countParameters,
  leaves,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import { parseOptions } from "./_options.ts";

const SUBJECTS = {
  mnist: { network: "vgg13", input: [1, 28, 28] },
  cifar10: { network: "resnet18", input: [3, 32, 32] },
} as const;

function students(
  name: BaselineName,
  { dataset, sizes }: {
    readonly dataset: keyof typeof SUBJECTS;
    readonly sizes: readonly number[];
  },
) {
  const { network, input } = SUBJECTS[dataset];
  const width = 0.25;
  const config = {
    ...completeConfig(
      parseOptions({ dataset, network, width, shrink: { minChannels: 4 } }),
    ),
    baselineSizes: sizes,
  };
  const teacher = buildNetwork(network, { input, classes: 10, width });
  return { teacher, students: baselineStudents(name, { config, teacher }) };
}

const channels = (network: Network) =>
  leaves(network).flatMap(({ layer }) =>
    layer.type === "conv" ? [layer.outChannels] : []
  );

Deno.test("baselineStudents() has networks of the sizes that are asked for, largest first", () => {
  const sizes = [20, 3, 10];
  const sets = ["mnist", "cifar10"] as const;
  const all = BASELINE_NAMES.flatMap((name) =>
    sets.map((dataset) => ({ name, dataset }))
  );
  for (const { name, dataset } of all) {
    // It needs larger images.
    if (name === "squeezenet" && dataset === "mnist") continue;
    const { teacher, students: found } = students(name, { dataset, sizes });
    assert.deepEqual(found.map(({ asked }) => asked), [3, 10, 20], name);
    const whole = countParameters(teacher);
    for (const { asked, network, origin } of found) {
      const error = Math.log(whole / countParameters(network) / asked);
      assert(Math.abs(error) < 0.12, `${name} on ${dataset}: ${asked}`);
      assert.deepEqual(network.input, teacher.input);
      assert.equal(origin !== undefined, name === "pruning");
    }
  }
});

Deno.test("baselineStudents() prunes every layer by the same share and keeps all layers", () => {
  for (const dataset of ["mnist", "cifar10"] as const) {
    const { teacher, students: [student] } = students("pruning", {
      dataset,
      sizes: [4],
    });
    const { network, origin } = student!;
    assert.deepEqual(origin!.leaves, leaves(teacher).map(({ index }) => index));
    const shares = channels(network).map((own, i) =>
      own / channels(teacher)[i]!
    );
    // Rounded down, of 16 channels and more.
    assert(Math.max(...shares) - Math.min(...shares) < 1 / 16, dataset);
  }
});

Deno.test("baselineStudents() has a network once where two sizes come to the same", () => {
  const { students: found } = students("width", {
    dataset: "mnist",
    sizes: [10, 10.0001],
  });
  assert.equal(found.length, 1);
  const { students: hand } = students("vggsmall", {
    dataset: "cifar10",
    sizes: [10],
  });
  const { students: other } = students("fitnet4", {
    dataset: "cifar10",
    sizes: [10],
  });
  assert.notEqual(networkId(hand[0]!.network), networkId(other[0]!.network));
});

Deno.test("baselineStudents() tells a design that does not take the images", () => {
  assert.throws(
    () => students("squeezenet", { dataset: "mnist", sizes: [10] }),
    (error) =>
      error instanceof UsageError &&
      /^--compare squeezenet: expected a design that takes the images of mnist/
        .test(error.message),
  );
});

Deno.test("scaleFor() gives the nearest scale by ratio, also at both ends", () => {
  const design = {
    most: 999,
    at: (scale: number): { network: Network } => ({
      network: {
        input: [1, 1, 1],
        // As many parameters as the scale.
        blocks: [{ type: "linear", outFeatures: scale, bias: false }],
      },
    }),
  };
  assert.equal(scaleFor(design, 500), 500);
  assert.equal(scaleFor(design, 0.5), 1);
  assert.equal(scaleFor(design, 5_000), 999);
  // Between 2 and 3 the ratios' middle is sqrt(6), 2.449.
  assert.equal(scaleFor(design, 2.44), 2);
  assert.equal(scaleFor(design, 2.46), 3);
});
