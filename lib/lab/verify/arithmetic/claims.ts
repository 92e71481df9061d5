/**
 * All that follows in a record, whatever its question.
 *
 * @module
 */

import type { AblationContent } from "../../ablation/content.ts";
import type { BaselineContent } from "../../baselines/content.ts";
import type { CompressionContent } from "../../compression/content.ts";
import type {
  LossSearchesContent,
  LossStudentsContent,
} from "../../distillation/content.ts";
import type { FidelityContent } from "../../fidelity/content.ts";
import type { StrategiesContent } from "../../strategies/content.ts";
import type { TransferContent } from "../../transfer/content.ts";
import { ablationClaims } from "./ablation.ts";
import type { Claim } from "./claim.ts";
import { compressionClaims } from "./compression.ts";
import {
  baselineClaims,
  fidelityClaims,
  lossSearchesClaims,
  lossStudentsClaims,
} from "./experiments.ts";
import { sizeClaims } from "./sizes.ts";
import { strategiesClaims } from "./strategies.ts";
import { transferClaims } from "./transfer.ts";

/** What the content of each kind has that no other has, and what follows in it. */
const KINDS: readonly (readonly [
  string,
  (content: never) => Generator<Claim>,
])[] = [
  ["stages", (content: CompressionContent) => compressionClaims(content)],
  ["sizes", (content: BaselineContent) => baselineClaims(content)],
  ["proxies", (content: FidelityContent) => fidelityClaims(content)],
  ["settings", (content: LossStudentsContent) => lossStudentsClaims(content)],
  ["searches", (content: LossSearchesContent) => lossSearchesClaims(content)],
  ["seeds", (content: TransferContent) => transferClaims(content)],
  ["marks", (content: StrategiesContent) => strategiesClaims(content)],
  ["length", (content: AblationContent) => ablationClaims(content)],
];

/**
 * All that follows. Of an experiment that is not among this project's, the sizes of
 * its networks do.
 *
 * @param content The deterministic part of a cell's record, of its question's form.
 */
export function* claimsOf(content: unknown): Generator<Claim> {
  yield* sizeClaims(content);
  const kind = KINDS.find(([key]) =>
    typeof content === "object" && content !== null && key in content
  );
  if (kind !== undefined) yield* kind[1](content as never);
}
