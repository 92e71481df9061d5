// The policies' networks and REINFORCE loss once more, in plain float64 numbers
// and loops, straight from the equations: the oracle of the tests here.

import {
  actionCount,
  type PolicyKind,
  type Rollout,
  type Sequence,
} from "../../lib/policy/mod.ts";

/** Parameters by name, `parameters/` left out. */
export type Values = Readonly<Record<string, Float64Array>>;

/** Sizes and the parameters. */
export interface ReferenceNet {
  readonly kind: PolicyKind;
  readonly inputSize: number;
  readonly hidden: number;
  readonly values: Values;
}

/** pi(. | ...) at every step, `[step][action]`. */
export function referenceProbabilities(
  net: ReferenceNet,
  features: readonly ArrayLike<number>[],
  actions: readonly number[],
): number[][] {
  const count = actionCount(net.kind);
  let sequence = features.map((vector, t) => {
    if (net.kind === "removal") return Array.from(vector);
    const previous = t === 0 ? 0 : (actions[t - 1]! + 1) / count;
    return [previous, ...Array.from(vector)];
  });
  for (const layer of [0, 1]) {
    const forwards = run(net, layer, 0, sequence);
    if (net.kind !== "removal") {
      sequence = forwards;
    } else {
      const backwards = run(net, layer, 1, sequence.toReversed()).toReversed();
      sequence = forwards.map((row, t) => [...row, ...backwards[t]!]);
    }
  }
  const weight = net.values["head.weight"]!;
  const bias = net.values["head.bias"]!;
  const ofLeaves = net.values["leaf.logits"];
  return sequence.map((row, t) => {
    const logits = Array.from(
      { length: count },
      (_, a) =>
        row.reduce((sum, x, j) => sum + x * weight[j * count + a]!, bias[a]!) +
        (ofLeaves?.[t * count + a] ?? 0),
    );
    const largest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  });
}

/** What the oracle's loss is of. */
export interface LossOptions {
  readonly rollouts: readonly Rollout[];
  readonly entropyWeight: number;
  /** The clipped surrogate's epsilon; {@link takenProbabilities} of old. */
  readonly clipped?: {
    readonly clip: number;
    readonly before: readonly (readonly number[])[];
  };
}

/** The loss that an update reports. */
export function referenceLoss(
  net: ReferenceNet,
  sequence: Sequence,
  options: LossOptions,
): { loss: number; entropy: number } {
  let gain = 0;
  let entropy = 0;
  const free = sequence.mask.filter(Boolean).length;
  for (const [k, { actions, advantage }] of options.rollouts.entries()) {
    const rows = referenceProbabilities(net, sequence.features, actions);
    for (const [t, row] of rows.entries()) {
      if (!sequence.mask[t]) continue;
      const p = row[actions[t]!]!;
      if (options.clipped === undefined) {
        gain += advantage * Math.log(p);
      } else {
        const { clip, before } = options.clipped;
        const ratio = p / before[k]![t]!;
        const near = Math.min(Math.max(ratio, 1 - clip), 1 + clip);
        gain += Math.min(ratio * advantage, near * advantage);
      }
      for (const p of row) entropy -= p * Math.log(p) / free;
    }
  }
  const m = options.rollouts.length;
  return {
    loss: -gain / m - options.entropyWeight * entropy / m,
    entropy: entropy / m,
  };
}

/** pi of the action that each rollout took at each step, `[rollout][step]`. */
export function takenProbabilities(
  net: ReferenceNet,
  sequence: Sequence,
  rollouts: readonly Rollout[],
): number[][] {
  return rollouts.map(({ actions }) =>
    referenceProbabilities(net, sequence.features, actions)
      .map((row, t) => row[actions[t]!]!)
  );
}

/** Outputs of one direction of one LSTM layer, `[step][unit]`. */
function run(
  net: ReferenceNet,
  layer: number,
  direction: number,
  sequence: readonly (readonly number[])[],
): number[][] {
  const { hidden } = net;
  const inputs = sequence[0]!.length;
  const w = net.values[`lstm${layer}.input`]!;
  const u = net.values[`lstm${layer}.recurrent`]!;
  const b = net.values[`lstm${layer}.bias`]!;
  let h = new Array<number>(hidden).fill(0);
  let c = new Array<number>(hidden).fill(0);
  return sequence.map((x) => {
    function gate(g: number, j: number): number {
      const column = g * hidden + j;
      let sum = b[direction * 4 * hidden + column]!;
      for (const [i, value] of x.entries()) {
        sum += value * w[(direction * inputs + i) * 4 * hidden + column]!;
      }
      for (const [i, value] of h.entries()) {
        sum += value * u[(direction * hidden + i) * 4 * hidden + column]!;
      }
      return sum;
    }
    const next = c.map((cell, j) =>
      sigmoid(gate(1, j)) * cell + sigmoid(gate(0, j)) * Math.tanh(gate(3, j))
    );
    h = next.map((cell, j) => sigmoid(gate(2, j)) * Math.tanh(cell));
    c = next;
    return h;
  });
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
