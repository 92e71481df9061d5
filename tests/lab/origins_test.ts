import assert from "node:assert/strict";
import {
  type CompressionContent,
  compressionSchema,
  PROJECT_RESULTS,
  readCell,
  winnerOrigins,
} from "../../lib/lab/mod.ts";
import { leaves } from "../../lib/network/mod.ts";

const CELLS = [
  // One decision a layer, from fresh weights.
  ["smoke", "mnist-vgg13-w0.125-reinforce-s1"],
  // One a residual body, students that inherit.
  ["laptop", "cifar10-resnet18-w0.25-reinforce-s1"],
] as const;

for (const [profile, cell] of CELLS) {
  Deno.test(`winnerOrigins() leads every layer of ${cell}'s winners back to the teacher`, async () => {
    const place = { results: PROJECT_RESULTS, question: "rq1", profile };
    const content = (await readCell<CompressionContent>(place, {
      cell,
      schema: compressionSchema,
    }))!.record
      .deterministic;
    const teacher = leaves(content.teacher.network);
    const origins = winnerOrigins(content);
    assert.deepEqual(origins.map(({ stage }) => stage), [0, 1]);
    for (const { stage, network, leaves: from } of origins) {
      assert.deepEqual(network, content.stages[stage]!.winner!.network);
      const own = leaves(network);
      assert.equal(from.length, own.length);
      for (const [i, { layer, residual }] of own.entries()) {
        const origin = teacher[from[i]!]!;
        assert.equal(layer.type, origin.layer.type);
        assert.equal(residual?.place, origin.residual?.place);
        if (layer.type === "conv" && origin.layer.type === "conv") {
          assert(layer.outChannels <= origin.layer.outChannels);
          assert.equal(layer.stride, origin.layer.stride);
        }
      }
      assert.deepEqual(from, [...new Set(from)].sort((a, b) => a - b));
    }
  });
}

Deno.test("winnerOrigins() says so where no actions make the winner", async () => {
  const [profile, cell] = CELLS[0];
  const place = { results: PROJECT_RESULTS, question: "rq1", profile };
  const { record } = (await readCell<CompressionContent>(place, {
    cell,
    schema: compressionSchema,
  }))!;
  const { stages, ...content } = record.deterministic;
  assert.throws(
    () =>
      winnerOrigins({
        ...content,
        stages: stages.map((stage) => ({ ...stage, records: [] })),
      }),
    /^RangeError: Cannot follow layers: stage 1 has no actions that give/,
  );
});
