import assert from "node:assert/strict";
import { canonical, parameterTable } from "../../lib/network/mod.ts";
import {
  decodeCheckpoint,
  decodeProgress,
  decodeTensors,
  decodeWeights,
  encodeCheckpoint,
  encodeWeights,
  initialise,
  type TrainingCheckpoint,
} from "../../lib/training/mod.ts";
import { bitsOf, digests, NETWORK, stateDigests } from "./_problem.ts";

const WEIGHTS = initialise(NETWORK, {
  initialisation: "pytorch-0.2",
  seed: 3,
  owner: "owner",
});

Deno.test("decodeWeights() reads back what encodeWeights() wrote, bit for bit", () => {
  const bytes = encodeWeights(NETWORK, WEIGHTS, { networkId: "id" });
  assert.deepEqual(digests(decodeWeights(bytes)), digests(WEIGHTS));
  assert.deepEqual(decodeTensors(bytes).metadata, { networkId: "id" });
});

Deno.test("encodeWeights() writes the parameter table's order and shapes, whatever the weights' order", () => {
  const reversed = Object.fromEntries(Object.entries(WEIGHTS).reverse());
  const bytes = encodeWeights(NETWORK, reversed);
  assert.deepEqual(bytes, encodeWeights(NETWORK, WEIGHTS));
  assert.deepEqual(
    Object.entries(decodeTensors(bytes).tensors)
      .map(([name, { shape }]) => [name, shape]),
    parameterTable(canonical(NETWORK)).map(({ name, shape }) => [name, shape]),
  );
});

Deno.test("decodeCheckpoint() reads back what encodeCheckpoint() wrote, bit for bit", () => {
  const odd = Float32Array.of(NaN, -0, Infinity, 1e-45);
  const checkpoints: readonly TrainingCheckpoint[] = [
    // Stopped within an epoch, with numbers that have no short form.
    {
      losses: [0.1 + 0.2, 1 / 3],
      validations: [0.5, 2 / 3],
      position: 24,
      lossSum: Math.PI * 1e-7,
      random: [4294967295, 0, 1, 2147483648],
      state: {
        weights: { a: odd, "blocks.0.weight": Float32Array.of(1) },
        slots: [{ a: odd.slice().reverse() }, { a: new Float32Array(4) }],
        step: 11,
      },
    },
    // At an epoch's end, of an optimiser without a memory.
    {
      losses: [],
      position: 0,
      lossSum: 0,
      state: { weights: { a: odd }, slots: [], step: 0 },
    },
  ];
  for (const checkpoint of checkpoints) {
    const back = decodeCheckpoint(encodeCheckpoint(checkpoint));
    const { state, ...rest } = back;
    const { state: expectedState, ...expectedRest } = checkpoint;
    assert.deepEqual(rest, expectedRest);
    const { losses, validations, step } = decodeProgress(
      encodeCheckpoint(checkpoint),
    );
    assert.deepEqual(
      [losses, validations, step],
      [checkpoint.losses, checkpoint.validations, expectedState.step],
    );
    assert.deepEqual(stateDigests(state), stateDigests(expectedState));
  }
});

Deno.test("decodeCheckpoint() keeps slots apart when there are more than ten", () => {
  const slots = Array.from(
    { length: 12 },
    (_, index) => ({ a: Float32Array.of(index) }),
  );
  const weights = { a: Float32Array.of(-1) };
  const { state } = decodeCheckpoint(encodeCheckpoint({
    losses: [],
    position: 0,
    lossSum: 0,
    state: { weights, slots, step: 1 },
  }));
  assert.deepEqual(state, { weights, slots, step: 1 });
  assert.notEqual(bitsOf(state.slots[1]!.a!), bitsOf(state.slots[11]!.a!));
});

Deno.test("decodeCheckpoint() throws when the bytes are cut", () => {
  const bytes = encodeCheckpoint({
    losses: [1],
    position: 0,
    lossSum: 0,
    state: { weights: WEIGHTS, slots: [], step: 1 },
  });
  for (const length of [0, 7, 100, bytes.length - 1]) {
    assert.throws(
      () => decodeCheckpoint(bytes.subarray(0, length)),
      SyntaxError,
    );
  }
});
