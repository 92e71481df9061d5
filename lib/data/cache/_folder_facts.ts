import { z } from "zod";
import type { Shape } from "../../network/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import type { SplitName } from "../split.ts";
import type { Loaded } from "./_split_file.ts";
import { channelStatistics } from "./statistics.ts";

const SPLIT = z.strictObject({ count: z.int().min(1), digest: z.string() });
const SIDE = z.int().min(1);

const FACTS = z.strictObject({
  shape: z.tuple([SIDE, SIDE, SIDE]),
  classes: z.array(z.string()),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  splits: z.strictObject({ train: SPLIT, test: SPLIT }),
});

/** What a registry would say of a folder of pictures. */
export type FolderFacts = z.infer<typeof FACTS>;

/** The facts of decoded pictures. */
export function factsOf(
  { train, test }: Readonly<Record<SplitName, Loaded>>,
  { shape, classes }: {
    readonly shape: Shape;
    readonly classes: readonly string[];
  },
): FolderFacts {
  const { mean, std } = channelStatistics(train.split.images, shape);
  const ofSplit = ({ split: { count }, digest }: Loaded) => ({ count, digest });
  return {
    shape: [...shape],
    classes: [...classes],
    mean: [...mean],
    std: [...std],
    splits: { train: ofSplit(train), test: ofSplit(test) },
  };
}

/** The facts as they are kept: a line of JSON with a digest of the rest of it. */
export function factsText(facts: FolderFacts): string {
  return `${canonicalJson({ ...facts, sha256: digestOf(facts) })}\n`;
}

/**
 * Reads facts.
 *
 * @returns The facts, and whether a digest vouches for them; undefined when they
 * are damaged.
 */
export function parseFacts(
  bytes: Uint8Array,
): { readonly facts: FolderFacts; readonly hasDigest: boolean } | undefined {
  const stored = FACTS.extend({ sha256: z.string().optional() })
    .safeParse(jsonIn(bytes));
  if (!stored.success) return undefined;
  const { sha256, ...facts } = stored.data;
  if (sha256 !== undefined && sha256 !== digestOf(facts)) return undefined;
  return { facts, hasDigest: sha256 !== undefined };
}

function digestOf(facts: FolderFacts): string {
  return sha256Hex(canonicalJson(facts));
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Damaged as what holds other JSON is.
    return undefined;
  }
}
