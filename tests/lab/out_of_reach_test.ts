import assert from "node:assert/strict";
import { experiment as rq4 } from "../../experiments/rq4_constraints.ts";
import { parseCommand } from "../../lib/cli/mod.ts";
import { dataSetFacts } from "../../lib/data/mod.ts";
import { limitOutOfReach } from "../../lib/lab/cells/out_of_reach.ts";
import { builtName } from "../../lib/lab/options/teacher_file.ts";
import {
  completeConfig,
  searchPlanOf,
  selectCells,
} from "../../lib/lab/mod.ts";
import {
  type Block,
  buildNetwork,
  countParameters,
  type Network,
} from "../../lib/network/mod.ts";
import { parseOptions } from "./_options.ts";

const SHAPE = { input: [3, 32, 32], classes: 10, width: 0.25 } as const;
const RESNET = buildNetwork("resnet18", SHAPE);

function conv(outChannels: number, stride: number): Block {
  return {
    type: "conv",
    outChannels,
    kernel: 3,
    stride,
    padding: 1,
    bias: true,
  };
}

function outOfReach(
  options: Readonly<Record<string, unknown>>,
  teacher = RESNET,
): string | undefined {
  const config = completeConfig(parseOptions(options));
  return limitOutOfReach(config, searchPlanOf(config, { seed: 1 }), teacher);
}

Deno.test("limitOutOfReach() tells a limit on size that removal cannot keep to", () => {
  const parameters = countParameters(RESNET);
  assert.equal(parameters, 701_466);
  // What stays: the first convolution, strided ones, shortcuts, the linear layer.
  for (const space of ["leaf", "block"]) {
    assert.match(
      outOfReach({ space, limits: { shares: { parameters: 0.1 } } })!,
      /^1\d\d,\d\d\d parameters, expected at most 70,146$/,
    );
  }
  assert.match(
    outOfReach({ limits: { macs: 1000 } })!,
    /multiply-accumulates an image, expected at most 1,000$/,
  );
  assert.equal(
    outOfReach({ limits: { shares: { parameters: 0.2 } } }),
    undefined,
  );
  assert.equal(outOfReach({}), undefined);
});

Deno.test("limitOutOfReach() says nothing of what is not known: other first stages, networks with pools, latency, accuracy", () => {
  const tight = { limits: { parameters: 1000 } };
  assert.equal(
    outOfReach({ ...tight, stages: "shrinkage,removal" }),
    undefined,
  );
  const pooled = buildNetwork("vgg13", SHAPE);
  assert.equal(outOfReach(tight, pooled), undefined);
  // Without the middle layer the last one would have twice the inputs.
  const narrowing: Network = {
    input: [3, 8, 8],
    blocks: [
      ...[conv(32, 1), conv(16, 1), conv(64, 2)],
      { type: "linear", outFeatures: 10, bias: true },
    ],
  };
  assert.equal(outOfReach(tight, narrowing), undefined);
  assert.equal(
    outOfReach({
      limits: { latencyMs: 1e-6, accuracy: 1, shares: { latency: 0.01 } },
    }),
    undefined,
  );
});

Deno.test("limitOutOfReach() lets every search of RQ4's profiles through", () => {
  for (const profile of ["smoke", "laptop", "night", "paper"]) {
    const invocation = parseCommand(rq4.command, ["--profile", profile]);
    const { chosen } = selectCells(invocation, rq4.arms);
    assert(chosen.length > 1, profile);
    for (const { name, config, seed } of chosen) {
      if (seed > 1) continue;
      const facts = dataSetFacts(config.dataset);
      const teacher = buildNetwork(builtName(config.network), {
        input: facts.shape,
        classes: facts.classes.length,
        width: config.width,
      });
      const plan = searchPlanOf(config, { seed: 1 });
      const wrong = limitOutOfReach(config, plan, teacher);
      assert.equal(wrong, undefined, `${profile}: ${name}`);
    }
  }
});
