/**
 * What the experiment on proxies records: students, their cheap scores, and what
 * became of them.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { analyseProxies, type FidelityAnalysis } from "./analyse_proxies.ts";
import { chooseProxy, type ProxyChoice } from "./choose_proxy.ts";
import type { FidelityImages, ProxySpec, TruthSpec } from "./proxy_spec.ts";
import type { StudentScore } from "./student_score.ts";

/** The deterministic part of the record of one subject. */
export interface FidelityContent {
  /** All that it depends on. */
  readonly identity: Identity<CompressionConfig>;
  /** The network that all students come from. */
  readonly teacher: {
    /** The network. */
    readonly network: Network;
    /** Trainable parameters. */
    readonly parameters: number;
    /** Multiply-accumulates of one image. */
    readonly macs: number;
    /** Accuracy on all validation images, in [0, 1]. */
    readonly validation: number;
  };
  /** Images behind the scores. */
  readonly images: FidelityImages;
  /** How the truth was found. */
  readonly truth: TruthSpec;
  /** The proxies, in the order in which pages show them. */
  readonly proxies: readonly ProxySpec[];
  /** At least four students. */
  readonly students: readonly StudentScore[];
  /** The proxy to search with. */
  readonly chosen: ProxyChoice;
}

/**
 * The deterministic part of a record, with the choice that follows from the rest.
 *
 * @param measured All but the choice.
 * @throws {RangeError} If there are fewer than four students, or one has no score
 * of a proxy.
 */
export function fidelityContent(
  measured: Omit<FidelityContent, "chosen">,
): FidelityContent {
  return { ...measured, chosen: chooseProxy(analyseContent(measured)) };
}

/**
 * The analysis of a record, made anew from it.
 *
 * @param content The record's content; the choice is not needed.
 */
export function analyseContent(
  { students, proxies, images, identity }: Omit<FidelityContent, "chosen">,
): FidelityAnalysis {
  return analyseProxies(students, proxies, { images, seed: identity.seed });
}
