import assert from "node:assert/strict";
import type { CompressionContent } from "../../lib/lab/compression/content.ts";
import { PROJECT_RESULTS } from "../../lib/lab/mod.ts";
import { isMet } from "../../lib/lab/verify/arithmetic/claim.ts";
import { claimsOf } from "../../lib/lab/verify/arithmetic/claims.ts";
import { readRecord } from "../../lib/report/mod.ts";

/** A record with two rungs before its final trainings. */
const PATH = "rq1/laptop/cifar10-resnet18-w0.25-reinforce-s1.json";

// deno-lint-ignore no-explicit-any
type Content = any;

/** Paths of what does not follow after a change. */
async function flawed(
  change: (stage: Content, content: Content) => void,
): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${PROJECT_RESULTS}/${PATH}`);
  const { deterministic } = readRecord(text, PATH);
  const content = structuredClone(deterministic) as CompressionContent;
  change(content.stages[0], content);
  return [...claimsOf(content)].filter((claim) => !isMet(claim))
    .map(({ path }) => path);
}

const found = (path: string) => `stages[0].${path}: which candidates`;

Deno.test("claimsOf() follows students through the rungs to the final training", async () => {
  assert.deepEqual(await flawed(() => {}), []);
});

Deno.test("claimsOf() sees a first rung without the best candidate", async () => {
  const paths = await flawed(({ rungs: [first] }) => first.shift());
  assert.ok(paths.includes(found("rungs[0]")), paths.join("\n"));
});

Deno.test("claimsOf() sees who should not have come through a rung", async () => {
  const paths = await flawed(({ rungs: [first, second], finals }) => {
    // Of those that the first rung left, neither is the one that was trained on.
    const gone = new Set(
      [...second, ...finals].map(({ networkId }) => networkId),
    );
    const other = first.find((each: Content) => !gone.has(each.networkId));
    second[0].networkId = other.networkId;
  });
  assert.ok(paths.includes(found("rungs[1]")), paths.join("\n"));
});

Deno.test("claimsOf() sees a final training of the second best of the last rung", async () => {
  const paths = await flawed(({ rungs: [, second], finals }) => {
    const other = second.find(({ networkId }: Content) =>
      networkId !== finals[0].networkId
    );
    finals[0].networkId = other.networkId;
  });
  assert.ok(paths.includes(found("finals")), paths.join("\n"));
});

Deno.test("claimsOf() sees a rung that is left out", async () => {
  const paths = await flawed(({ rungs }) => rungs.pop());
  assert.ok(paths.includes("stages[0].rungs: how many"), paths.join("\n"));
});

Deno.test("claimsOf() sees a search that stopped before its budget was spent", async () => {
  const paths = await flawed(({ records }, { identity: { config } }) => {
    const spent = records.flatMap((each: Content) => each.proposals)
      .reduce((sum: number, { epochs = 0 }: Content) => sum + epochs, 0);
    config.removal.budget = spent + 1;
    config.removal.iterations = records.length + 1;
  });
  assert.ok(
    paths.some((path) => path.startsWith("stages[0].records: whether")),
    paths.join("\n"),
  );
});

Deno.test("claimsOf() takes a search for whole that ends with its budget", async () => {
  const paths = await flawed((stage, { identity: { config } }) => {
    const epochsOf = ({ proposals }: Content) =>
      proposals.reduce((sum: number, { epochs = 0 }) => sum + epochs, 0);
    // Iterations of repeated students cost nothing: the budget was spent before.
    const last = stage.records.findLastIndex((each: Content) => epochsOf(each));
    stage.records.splice(last + 1);
    config.removal.budget = stage.records.reduce(
      (sum: number, each: Content) => sum + epochsOf(each),
      0,
    );
    config.removal.iterations = last + 2;
  });
  assert.ok(
    !paths.some((path) => path.includes("whether the search")),
    `${paths}`,
  );
});
