/**
 * A stage's proposals, applied and scored once more.
 *
 * @module
 */

import { type Network, networkId } from "../../../network/mod.ts";
import { canonicalJson } from "../../../random/mod.ts";
import {
  type Objective,
  type StudentSizes,
  studentSizes,
} from "../../../reward/mod.ts";
import {
  type ActionSpace,
  goesOn,
  type Proposal,
  rank,
  type Ranking,
  type Student,
} from "../../../search/mod.ts";
import { parameterLayers } from "../../../training/mod.ts";
import type { StageContent } from "../../compression/content.ts";
import type { CompressionConfig } from "../../options/compression.ts";
import { studentEpochsOf } from "../../options/recipes.ts";
import { stageConfigOf } from "../../options/search_plan.ts";
import { type Claim, shareOf } from "./claim.ts";
import { scoringImages } from "./images.ts";

/** What a stage's proposals were. */
export interface Replayed {
  /**
   * Sizes of those that may win by the id of their network, with their latency where
   * that was measured.
   */
  readonly sizes: ReadonlyMap<string, StudentSizes>;
  /** Ids of those that may win, best first. */
  readonly candidates: readonly string[];
}

/** What {@link replayStage} needs. */
export interface ReplayOptions {
  /** Where the stage is in the record. */
  readonly path: string;
  /** What its actions are about. */
  readonly space: ActionSpace;
  /** What a student is worth. */
  readonly objective: Objective;
  /** The options. */
  readonly config: CompressionConfig;
}

/**
 * Applies every proposal's actions: the student's id and size, its rejection, its
 * reward, whether it was proposed before.
 *
 * @param stage What is recorded.
 * @param options See {@link ReplayOptions}.
 */
export function* replayStage(
  { kind, records }: StageContent,
  options: ReplayOptions,
): Generator<Claim, Replayed> {
  const { path, space, objective, config } = options;
  const length = stageConfigOf(config, kind);
  const inherits = config.student.start === "inherited";
  const apply = remembered(space);
  const seen = new Set<string>();
  const trained: (Ranking & { readonly sizes: StudentSizes })[] = [];
  yield {
    path:
      `${path}.records: whether the search went on until its end and no further`,
    recorded: true,
    redone: !goesOn(length, records) &&
      (records.length === 0 || goesOn(length, records.slice(0, -1))),
  };
  for (const [i, { iteration, proposals }] of records.entries()) {
    const at = `${path}.records[${i}]`;
    yield { path: `${at}.iteration`, recorded: iteration, redone: i };
    yield {
      path: `${at}.proposals: how many`,
      recorded: proposals.length,
      redone: length.rollouts,
    };
    for (const [k, proposal] of proposals.entries()) {
      const outcome = apply(proposal.actions);
      const where = `${at}.proposals[${k}]`;
      if (!outcome.ok) {
        const { rule, reason } = outcome.rejection;
        yield* rejectedClaims(proposal, where, { rule, reason });
        continue;
      }
      const { student, id, sizes: plain } = outcome;
      const sizes = proposal.latencyMs === undefined
        ? plain
        : { ...plain, latencyMs: proposal.latencyMs };
      const damned = objective.rejects(sizes, iteration);
      if (damned !== undefined) {
        yield* rejectedClaims(proposal, where, {
          rule: "limit",
          reason: damned,
        });
        continue;
      }
      const identity = identityOf(student, { id, inherits, base: space.base });
      const repeated = seen.has(identity);
      seen.add(identity);
      trained.push({
        identity,
        networkId: id,
        sizes,
        parameters: sizes.parameters,
        reward: proposal.reward,
        isOut: proposal.failure !== undefined ||
          proposal.violation !== undefined,
      });
      yield* studentClaims(proposal, where, {
        networkId: id,
        sizes,
        repeated,
        iteration,
        objective,
        epochs: studentEpochsOf(config, kind),
      });
      yield* shareOf(
        `${where}.accuracy`,
        proposal.accuracy,
        scoringImages(config),
      );
    }
  }
  const ranked = rank(trained);
  return {
    sizes: new Map(ranked.map(({ networkId, sizes }) => [networkId, sizes])),
    candidates: ranked.map(({ networkId }) => networkId),
  };
}

/** Policies repeat themselves: each sequence is applied once. */
function remembered(space: ActionSpace) {
  const known = new Map<string, ReturnType<typeof applied>>();
  function applied(actions: readonly number[]) {
    const outcome = space.apply(actions);
    if (!outcome.ok) return outcome;
    const { network, origin } = outcome;
    return {
      ok: true as const,
      student: { network, origin },
      id: networkId(network),
      sizes: studentSizes(network),
    };
  }
  return (actions: readonly number[]) => {
    const key = actions.join();
    const outcome = known.get(key) ?? applied(actions);
    known.set(key, outcome);
    return outcome;
  };
}

/** What tells students apart: where they inherit, the layers that they are of too. */
function identityOf(
  { network, origin }: Student,
  { id, inherits, base }: {
    readonly id: string;
    readonly inherits: boolean;
    readonly base: Network;
  },
): string {
  return inherits
    ? canonicalJson([id, parameterLayers(network, base, origin)])
    : id;
}

function* rejectedClaims(
  { rejection, reward }: Proposal,
  path: string,
  redone: NonNullable<Proposal["rejection"]>,
): Generator<Claim> {
  yield { path: `${path}.rejection`, recorded: rejection, redone };
  yield { path: `${path}.reward`, recorded: reward, redone: -1 };
}

interface StudentClaims {
  readonly networkId: string;
  readonly sizes: StudentSizes;
  readonly repeated: boolean;
  readonly iteration: number;
  readonly objective: Objective;
  readonly epochs: number;
}

function* studentClaims(
  proposal: Proposal,
  path: string,
  { networkId, sizes, repeated, iteration, objective, epochs }: StudentClaims,
): Generator<Claim> {
  const { accuracy = 0, failure } = proposal;
  const score = objective.score({ sizes, accuracy }, iteration);
  const redone = {
    rejection: undefined,
    networkId,
    parameters: sizes.parameters,
    compression: score.compression,
    reward: failure === undefined ? score.reward : -1,
    violation: failure === undefined ? score.violation : undefined,
    repeated,
    ...(failure === undefined ? { epochs: repeated ? 0 : epochs } : {}),
  };
  for (const [key, value] of Object.entries(redone)) {
    yield {
      path: `${path}.${key}`,
      recorded: proposal[key as keyof Proposal],
      redone: value,
    };
  }
}
