import assert from "node:assert/strict";
import { PROJECT_RESULTS } from "../../lib/lab/mod.ts";
import { isMet } from "../../lib/lab/verify/arithmetic/claim.ts";
import { claimsOf } from "../../lib/lab/verify/arithmetic/claims.ts";
import { checkClaims } from "../../lib/lab/verify/check_claims.ts";
import { createTally } from "../../lib/lab/verify/tally.ts";
import { readRecord } from "../../lib/report/mod.ts";

// deno-lint-ignore no-explicit-any
type Content = any;

const TRANSFER = "rq3/smoke/mnist-resnet18-w0.0625-from-vgg11-s1.json";
const ABLATION = "ablation/smoke/mnist-lenet5-w0.5-baseline-s1.json";

/** A committed record's content after a change. */
function changed(path: string, change: (content: Content) => unknown): Content {
  const text = Deno.readTextFileSync(`${PROJECT_RESULTS}/${path}`);
  const content = structuredClone(readRecord(text, path).deterministic);
  change(content);
  return content;
}

/** Paths of what does not follow after a change. */
function flawed(
  path: string,
  change: (content: Content) => unknown,
): readonly string[] {
  return [...claimsOf(changed(path, change))].filter((claim) => !isMet(claim))
    .map(({ path }) => path);
}

/** What follows in each record, and lies that it finds. */
const LIES: Readonly<
  Record<string, Readonly<Record<string, (content: Content) => unknown>>>
> = {
  [TRANSFER]: {
    "seeds": ({ seeds }) => seeds.pop(),
    "images.validation": ({ images }) => images.validation++,
    "seeds[0].keepRate": ({ seeds: [seed] }) => seed.keepRate += 2e-4,
    "seeds[0].keepSpread": ({ seeds: [seed] }) => seed.keepSpread -= 2e-4,
    "seeds[0].keepBias": ({ seeds: [seed] }) => seed.keepBias += 0.01,
    "seeds[1].scratch.iterations: how many": ({ seeds }) =>
      seeds[1].scratch.iterations.pop(),
    "seeds[1].biased: probabilities": ({ seeds }) =>
      seeds[1].biased.keepLast.pop(),
    "source.decisions": ({ source }) => source.decisions.pop(),
    "source.parameters": ({ source }) => source.parameters++,
    "students.source": ({ students }) => students.source -= 2,
    "students.target": ({ students }) => students.target = 1_000,
  },
  [ABLATION]: {
    "length": ({ length }) => length.rollouts++,
    "images.validation": ({ images }) => images.validation++,
    "images.again": ({ images }) => images.again--,
    "arms": ({ arms }) => arms.pop(),
    "arms[0].searches: seeds": ({ arms }) =>
      arms.forEach(({ searches }: Content) => searches.pop()),
    "arms[1].searches: seeds": ({ arms }) => arms[1].searches[0].seed = 9,
    "arms[0].searches[0].distinct": ({ arms: [{ searches: [search] }] }) =>
      search.distinct = 49,
    "arms[0].searches[0].meanReward": ({ arms: [{ searches: [search] }] }) =>
      search.meanReward = -1.01,
    "arms[0].searches[0]: whether no more": (
      { arms: [{ searches: [search] }], table },
    ) => search.meanReward = table.best + 0.01,
    "arms[2].searches[0]: whether no more": ({ arms, table }) => {
      const { chosen } = arms[2].searches[0];
      table.best = chosen.reward - 0.01;
    },
    "table: whether there is one": (content) => delete content.table,
  },
};

for (const [path, lies] of Object.entries(LIES)) {
  Deno.test(`claimsOf() finds what does not follow in ${path}`, () => {
    assert.deepEqual(flawed(path, () => {}), []);
    for (const [begin, change] of Object.entries(lies)) {
      const paths = flawed(path, change);
      assert.ok(
        paths.some((each) => each.startsWith(begin)),
        `${begin}: ${paths}`,
      );
    }
  });
}

Deno.test("checkClaims() takes options of another form for a damaged record, in one line", () => {
  const content = changed(TRANSFER, ({ identity: { config } }) => {
    config.searchSeeds = "eight";
  });
  const tally = createTally();
  checkClaims({ tally }, {
    path: TRANSFER,
    claims: () => claimsOf(content),
    isMet,
  });
  const [flaw] = tally.flaws;
  assert.equal(flaw?.kind, "damaged");
  assert.match(flaw.message, /\(searchSeeds: [^\n]+\)$/);
});
