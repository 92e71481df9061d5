import type { Origin, Outcome } from "../../compress/mod.ts";
import { searchPlanOf } from "../../lab/mod.ts";
import {
  activationBytes,
  countMacs,
  type Network,
  networkId,
} from "../../network/mod.ts";
import { type ActionSpace, stageSpace } from "../../search/mod.ts";
import type { KnownRun, KnownStage } from "./known.ts";

/** Sizes of a student that its record does not hold. */
export interface OtherSizes {
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Bytes of all activations of one image. */
  readonly bytes: number;
}

/** Makes students of their actions again. */
export interface Spaces {
  /** What a stage decided on. */
  spaceOf(run: KnownRun, stage: KnownStage): ActionSpace;
  /** The student of some actions. */
  apply(
    run: KnownRun,
    stage: KnownStage,
    actions: readonly number[],
  ): Extract<Outcome, { readonly ok: true }> | undefined;
  /**
   * Where the layers of a stage's student are from, of a network that one of its
   * proposals gave; undefined where none did. Remembered.
   */
  originOf(
    run: KnownRun,
    stage: KnownStage,
    network: Network,
  ): Origin | undefined;
  /** Its sizes; remembered. */
  sizesOf(
    run: KnownRun,
    stage: KnownStage,
    actions: readonly number[],
  ): OtherSizes | undefined;
}

/** A maker of students; a stage's space and its students' sizes are made once. */
export function createSpaces(): Spaces {
  const spaces = new Map<string, ActionSpace>();
  const origins = new Map<string, Origin>();
  const sizes = new Map<string, OtherSizes | undefined>();
  const keyOf = ({ question, profile, cell, runId }: KnownRun, kind: string) =>
    `${question}/${profile}/${cell}/${runId}/${kind}`;
  function spaceOf(run: KnownRun, { kind, base }: KnownStage): ActionSpace {
    const key = keyOf(run, kind);
    const { config, seed } = run.identity!;
    const space = spaces.get(key) ??
      stageSpace(searchPlanOf(config, { seed }), kind, base);
    spaces.set(key, space);
    return space;
  }
  const apply: Spaces["apply"] = (run, stage, actions) => {
    const outcome = spaceOf(run, stage).apply(actions);
    return outcome.ok ? outcome : undefined;
  };
  /** Of equal networks that come of different layers, the best one stands for all. */
  function findOrigin(
    run: KnownRun,
    stage: KnownStage,
    id: string,
  ): Origin | undefined {
    const [best] = stage.records.flatMap(({ proposals }) => proposals)
      .filter((proposal) =>
        proposal.networkId === id && proposal.failure === undefined
      )
      .toSorted((a, b) => b.reward - a.reward);
    return best && apply(run, stage, best.actions)?.origin;
  }
  return {
    spaceOf,
    apply,
    originOf(run, stage, network) {
      const id = networkId(network);
      const key = `${keyOf(run, stage.kind)}/${id}`;
      const found = origins.get(key) ?? findOrigin(run, stage, id);
      if (found !== undefined) origins.set(key, found);
      return found;
    },
    sizesOf(run, stage, actions) {
      const key = `${keyOf(run, stage.kind)}/${actions.join()}`;
      if (sizes.has(key)) return sizes.get(key);
      const student = apply(run, stage, actions);
      const found = student === undefined ? undefined : {
        macs: countMacs(student.network),
        bytes: activationBytes(student.network),
      };
      sizes.set(key, found);
      return found;
    },
  };
}
