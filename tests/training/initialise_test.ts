import assert from "node:assert/strict";
import { type Network, networkId, vgg } from "../../lib/network/mod.ts";
import { canonical, parameterTable } from "../../lib/network/mod.ts";
import { type Initialisation, initialise } from "../../lib/training/mod.ts";
import { bitsOf, digests } from "./_problem.ts";

const INITIALISATIONS: readonly Initialisation[] = [
  "pytorch",
  "pytorch-0.2",
  "he",
];

/** Large enough for moments: its layers have hundreds to thousands of weights. */
const LARGE = vgg({ depth: 11, input: [1, 8, 8], classes: 10, width: 0.125 });

function fresh(
  network: Network,
  { initialisation = "pytorch", seed = 1, owner = "owner" }: {
    readonly initialisation?: Initialisation;
    readonly seed?: number;
    readonly owner?: string;
  } = {},
) {
  return initialise(network, { initialisation, seed, owner });
}

/** All values of a role, each divided by a scale of its layer. */
function valuesOf(
  initialisation: Initialisation,
  { roles, scale }: {
    readonly roles: readonly string[];
    readonly scale: (fanIn: number) => number;
  },
): number[] {
  const weights = fresh(LARGE, { initialisation });
  return parameterTable(canonical(LARGE))
    .filter(({ role }) => roles.includes(role))
    .flatMap(({ name, fanIn }) =>
      Array.from(weights[name]!, (value) => value / scale(fanIn))
    );
}

function moment(values: readonly number[], power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0) /
    values.length;
}

/** Asserts that a mean lies within 4 standard errors of what is expected. */
function assertMean(
  values: readonly number[],
  { power, mean, deviation }: {
    readonly power: number;
    readonly mean: number;
    readonly deviation: number;
  },
) {
  const found = moment(values, power);
  const bound = 4 * deviation / Math.sqrt(values.length);
  assert(
    Math.abs(found - mean) < bound,
    `mean of power ${power}: ${found}, expected ${mean} ± ${bound}`,
  );
}

Deno.test("initialise() fills every array of the canonical form and no other", () => {
  for (const initialisation of INITIALISATIONS) {
    const weights = fresh(LARGE, { initialisation });
    assert.deepEqual(
      Object.entries(weights).map(([name, { length }]) => [name, length]),
      parameterTable(canonical(LARGE)).map(({ name, size }) => [name, size]),
    );
  }
});

Deno.test("initialise() draws weights and biases uniformly within 1/sqrt(fan in) when it is PyTorch's", () => {
  for (const initialisation of ["pytorch", "pytorch-0.2"] as const) {
    for (const roles of [["weight"], ["bias"]]) {
      const values = valuesOf(initialisation, {
        roles,
        scale: (fanIn) => 1 / Math.sqrt(fanIn),
      });
      assert(values.length > 100);
      // A float32 may round to just above the bound.
      const highest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      assert(highest <= 1 + 1e-6 && highest > 0.98, `${highest}`);
      // Uniform in [-1, 1): variance 1/3, E x^4 = 1/5.
      assertMean(values, { power: 1, mean: 0, deviation: Math.sqrt(1 / 3) });
      assertMean(values, {
        power: 2,
        mean: 1 / 3,
        deviation: Math.sqrt(1 / 5 - 1 / 9),
      });
    }
  }
});

Deno.test("initialise() draws weights of variance 2 / fan in and no biases when it is He's", () => {
  const values = valuesOf("he", {
    roles: ["weight"],
    scale: (fanIn) => Math.sqrt(2 / fanIn),
  });
  assertMean(values, { power: 1, mean: 0, deviation: 1 });
  assertMean(values, { power: 2, mean: 1, deviation: Math.sqrt(2) });
  // A normal's fourth moment is 3 (a uniform's would be 1.8), of variance 96.
  assertMean(values, { power: 4, mean: 3, deviation: Math.sqrt(96) });
  const biases = valuesOf("he", { roles: ["bias"], scale: () => 1 });
  assert(biases.length > 100 && biases.every((bias) => bias === 0));
});

Deno.test("initialise() draws the scale in [0, 1) when it is PyTorch 0.2's and takes 1 otherwise", () => {
  for (const initialisation of INITIALISATIONS) {
    const scales = valuesOf(initialisation, {
      roles: ["scale"],
      scale: () => 1,
    });
    assert(scales.length > 100);
    if (initialisation === "pytorch-0.2") {
      assert(scales.every((scale) => scale >= 0 && scale < 1));
      const deviation = Math.sqrt(1 / 12);
      assertMean(scales, { power: 1, mean: 0.5, deviation });
    } else {
      assert(scales.every((scale) => scale === 1));
    }
    const zeros = valuesOf(initialisation, {
      roles: ["shift", "runningMean"],
      scale: () => 1,
    });
    assert(zeros.every((zero) => Object.is(zero, 0)));
    const ones = valuesOf(initialisation, {
      roles: ["runningVariance"],
      scale: () => 1,
    });
    assert(ones.length === scales.length && ones.every((one) => one === 1));
  }
});

Deno.test("initialise() draws an array alike whatever stands behind it", () => {
  const first = {
    type: "conv",
    outChannels: 4,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
  const head = { type: "linear", outFeatures: 3, bias: true } as const;
  const short: Network = { input: [1, 6, 6], blocks: [first, head] };
  const long: Network = {
    input: [1, 6, 6],
    blocks: [first, { type: "batchNorm" }, { ...first, outChannels: 5 }, head],
  };
  for (const initialisation of INITIALISATIONS) {
    const a = fresh(short, { initialisation });
    const b = fresh(long, { initialisation });
    for (const name of ["blocks.0.weight", "blocks.0.bias"]) {
      assert.equal(bitsOf(a[name]!), bitsOf(b[name]!));
    }
  }
  // A larger array of a name begins with the smaller one, up to its fan in.
  const wide = fresh({
    input: [1, 6, 6],
    blocks: [{ ...first, outChannels: 7 }, head],
  });
  assert.deepEqual(
    wide["blocks.0.weight"]!.subarray(0, 36),
    fresh(short)["blocks.0.weight"],
  );
});

Deno.test("initialise() gives equal bits for equal arguments and others for another seed or owner", () => {
  const base = digests(fresh(LARGE));
  assert.deepEqual(digests(fresh(LARGE)), base);
  const drawn = parameterTable(canonical(LARGE))
    .filter(({ role }) => role === "weight" || role === "bias");
  for (const change of [{ seed: 2 }, { owner: networkId(LARGE) }]) {
    const other = digests(fresh(LARGE, change));
    for (const { name } of drawn) assert.notEqual(other[name], base[name]);
  }
  // No two arrays share a stream.
  const weights = fresh(LARGE);
  const firsts = new Set(
    drawn.map(({ name, fanIn }) =>
      (weights[name]![0]! * Math.sqrt(fanIn)).toFixed(5)
    ),
  );
  assert.equal(firsts.size, drawn.length);
});

Deno.test("initialise() does not depend on the form in which a network is written", () => {
  const blocks = LARGE.blocks;
  const padded: Network = {
    ...LARGE,
    blocks: [{ type: "dropout", rate: 0 }, ...blocks],
  };
  assert.notEqual(parameterTable(padded)[0]!.name, "blocks.0.weight");
  assert.deepEqual(digests(fresh(padded)), digests(fresh(LARGE)));
});
