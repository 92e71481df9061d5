/**
 * The files beside a record: trained policies and weights of students.
 *
 * @module
 */

import { ifThere } from "../../cli/mod.ts";
import { networkId } from "../../network/mod.ts";
import {
  policyId,
  type PolicyKind,
  unpackPolicyState,
} from "../../policy/mod.ts";
import { sha256Hex } from "../../random/mod.ts";
import { decodeTensors } from "../../training/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { StageContent } from "../compression/content.ts";
import { belongingOf, weightsEnding } from "../compression/winner_weights.ts";
import { weightsFault } from "../records/weights_fault.ts";
import type { Context } from "./context.ts";
import type { CheckName } from "./tally.ts";

/** What is looked at of a content. */
interface Staged {
  readonly identity: Identity<unknown>;
  readonly stages?: readonly StageContent[];
}

/** A file beside a record. */
interface Artefact {
  readonly check: CheckName;
  readonly path: string;
  /** Its digest as it was noted, where it was. */
  readonly digest: string | undefined;
  /** What is wrong with it. */
  readonly faultOf: (bytes: Uint8Array) => string | undefined;
}

/**
 * Verifies the files beside a record of a compression.
 *
 * @param context Where, and where flaws go.
 * @param asked The files' name without its end, the record's content, and the
 * digests that were noted by the ends of names.
 */
export async function checkArtefacts(
  context: Context,
  { base, content, digests = {} }: {
    readonly base: string;
    readonly content: unknown;
    readonly digests?: Readonly<Record<string, string>> | undefined;
  },
): Promise<void> {
  const { identity, stages = [] } = content as Staged;
  const { tally } = context;
  for (const { kind, policy, winner } of stages) {
    if (policy !== undefined) {
      const end = `.${kind}.policy`;
      const isThere = await checkArtefact(context, {
        check: "policies",
        path: `${base}${end}`,
        digest: digests[end],
        faultOf: (bytes) => policyFault(bytes, { kind, id: policy }),
      });
      if (!isThere) {
        tally.find({
          check: "policies",
          path: `${base}${end}`,
          kind: "damaged",
          message: `"${base}${end}" is missing, expected the policy ${
            policy.slice(0, 16)
          } of the record beside it; restore it or run the experiment again`,
        });
      }
    }
    if (winner === undefined) continue;
    const end = weightsEnding(kind);
    const isThere = await checkArtefact(context, {
      check: "students",
      path: `${base}${end}`,
      digest: digests[end],
      faultOf: (bytes) =>
        weightsFault(bytes, winner.network) ??
          belongingFault(
            bytes,
            belongingOf(identity, networkId(winner.network)),
          ),
    });
    if (isThere) continue;
    if (digests[end] === undefined) {
      tally.note(
        "students",
        "some winners have no weights: records of before have none, and rq2 and rq4 keep those of the last stage alone",
      );
      continue;
    }
    tally.find({
      check: "students",
      path: `${base}${end}`,
      kind: "damaged",
      message:
        `"${base}${end}" is missing, expected the weights that the run wrote; restore it or run the experiment again`,
    });
  }
}

/** Verifies a file if it is there. */
async function checkArtefact(
  { results, known, tally }: Context,
  { check, path, digest, faultOf }: Artefact,
): Promise<boolean> {
  known.add(path);
  const bytes = await ifThere(() => Deno.readFile(`${results}/${path}`));
  if (bytes === undefined) return false;
  tally.count(check);
  // A policy's digest stands in the record.
  if (digest === undefined && check === "students") {
    tally.note(
      check,
      "of some no digest was noted, as there was none before: form and belonging are checked",
    );
  }
  const found = sha256Hex(bytes);
  const fault = digest !== undefined && digest !== found
    ? `its SHA-256 is ${found}, expected ${digest}`
    : faultOf(bytes);
  if (fault !== undefined) {
    tally.find({
      check,
      path,
      kind: "damaged",
      message:
        `Cannot use "${path}": ${fault}; restore it or run the experiment again`,
    });
  }
  return true;
}

function policyFault(
  bytes: Uint8Array,
  { kind, id }: { readonly kind: PolicyKind; readonly id: string },
): string | undefined {
  const found = policyId(bytes);
  if (found !== id) return `its digest is ${found}, expected ${id}`;
  try {
    const state = unpackPolicyState(bytes);
    return state.kind === kind
      ? undefined
      : `it is a policy of ${state.kind}, expected one of ${kind}`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}

function belongingFault(
  bytes: Uint8Array,
  wanted: ReturnType<typeof belongingOf>,
): string | undefined {
  const { metadata } = decodeTensors(bytes);
  const wrong = (["identity", "networkId"] as const).find((key) =>
    metadata[key] !== wanted[key]
  );
  return wrong === undefined
    ? undefined
    : `its ${wrong} is ${metadata[wrong]}, expected ${wanted[wrong]}`;
}
