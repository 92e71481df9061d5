/**
 * Trained policies as files: what a search learned, and what another one starts
 * from (paper section 4.6).
 *
 * @module
 */

import { UsageError } from "../../cli/mod.ts";
import type { Network } from "../../network/mod.ts";
import {
  packPolicyState,
  policyId,
  type PolicyKind,
  type PolicyState,
  transferable,
  unpackPolicyState,
} from "../../policy/mod.ts";
import {
  POLICY_STRATEGIES,
  type StageOutcome,
  stageSpace,
  stageStrategy,
} from "../../search/mod.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import { stagesOf } from "../options/stage_plans.ts";
import type { Cell } from "./cell.ts";

/** Policies to start from. */
export interface LoadedPolicies {
  /** By the kind of stage that they are of. */
  readonly states: Readonly<Partial<Record<PolicyKind, PolicyState>>>;
  /** Their ids, sorted. */
  readonly ids: readonly string[];
}

/**
 * Reads policies; each starts with a fresh optimiser.
 *
 * @param paths Files of policies, at most one a kind of stage.
 * @param stages The kinds of stages that there are.
 * @throws {UsageError} If one cannot be read or used, with the reason.
 */
export async function loadPolicies(
  paths: readonly string[],
  stages: readonly PolicyKind[],
): Promise<LoadedPolicies> {
  const states: Partial<Record<PolicyKind, PolicyState>> = {};
  const ids: string[] = [];
  for (const path of paths) {
    const { state, id } = await loadPolicy(path);
    const { kind } = state;
    const wrong = !stages.includes(kind)
      ? `a policy of ${stages.join(" or ")}, it is one of ${kind}`
      : states[kind] !== undefined
      ? `one policy a stage, there are two of ${kind}`
      : undefined;
    if (wrong !== undefined) {
      throw new UsageError(`--policy "${path}": expected ${wrong}`);
    }
    states[kind] = withOptimiser(state);
    ids.push(id);
  }
  return { states, ids: ids.sort() };
}

/**
 * Checks that the policies a cell starts from are of the form that its options
 * ask for.
 *
 * @param cell The cell.
 * @param teacher The network that is compressed.
 * @throws {UsageError} If one is not, with the reason.
 */
export async function checkPolicies(
  { config, seed }: Pick<Cell, "config" | "seed">,
  teacher: Network,
): Promise<void> {
  if (config.policy.length > 0 && !POLICY_STRATEGIES.includes(config.search)) {
    throw new UsageError(
      `--policy: expected with --search ${
        POLICY_STRATEGIES.join(" or ")
      }, ${config.search} has no policy`,
    );
  }
  for (const path of config.policy) {
    const { states } = await loadPolicies([path], stagesOf(config.stages));
    const plan = searchPlanOf(config, { seed, policies: states });
    for (const kind of Object.keys(states) as PolicyKind[]) {
      try {
        // Its form depends on the options alone, whatever the stage starts from.
        stageStrategy(plan, stageSpace(plan, kind, teacher)).dispose();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new UsageError(
          `--policy "${path}": expected one of the options of ${kind} (${error.message})`,
          { cause: error },
        );
      }
    }
  }
}

async function loadPolicy(
  path: string,
): Promise<{ readonly state: PolicyState; readonly id: string }> {
  try {
    const bytes = await Deno.readFile(path);
    const state = unpackPolicyState(bytes);
    checkFinite(state);
    return { state, id: policyId(bytes) };
  } catch (error) {
    const isFault = error instanceof RangeError ||
      error instanceof Error && "code" in error;
    if (!isFault) throw error;
    throw new UsageError(
      `--policy "${path}": expected a policy's file, NAME.STAGE.policy beside a record (${error.message})`,
      { cause: error },
    );
  }
}

function checkFinite({ arrays }: PolicyState): void {
  for (const [name, array] of Object.entries(arrays)) {
    const wrong = array.find((value) => !Number.isFinite(value));
    if (wrong === undefined) continue;
    throw new RangeError(
      `Cannot start from a policy: ${name} holds ${wrong}, expected finite numbers`,
    );
  }
}

/**
 * What a stage's policy can be carried on as, and its id; undefined where the
 * strategy has no policy.
 *
 * @param outcome What came of the stage.
 */
export function learnedPolicy(
  { learned }: Pick<StageOutcome, "learned">,
): { readonly bytes: Uint8Array; readonly id: string } | undefined {
  const { policy } = learned.blobs;
  if (policy === undefined) return undefined;
  const bytes = packPolicyState(
    withoutOptimiser(transferable(unpackPolicyState(policy))),
  );
  return { bytes, id: policyId(bytes) };
}

const PARAMETERS = "parameters/";

/** A policy is carried on with a fresh optimiser: what it had is not kept. */
function withoutOptimiser({ arrays, ...state }: PolicyState): PolicyState {
  const kept = Object.entries(arrays).filter(([name]) =>
    name.startsWith(PARAMETERS)
  );
  return { ...state, step: 0, arrays: Object.fromEntries(kept) };
}

/** The same with moments of zero. */
function withOptimiser(state: PolicyState): PolicyState {
  const arrays = Object.entries(withoutOptimiser(state).arrays).flatMap(
    ([name, array]) => {
      const zeros = (moment: string) =>
        [
          `${moment}/${name.slice(PARAMETERS.length)}`,
          new Float32Array(array.length),
        ] as const;
      return [
        [name, array] as const,
        zeros("firstMoment"),
        zeros("secondMoment"),
      ];
    },
  );
  return { ...state, step: 0, arrays: Object.fromEntries(arrays) };
}
