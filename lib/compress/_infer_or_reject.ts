import { type BlockShapes, inferShapes, type Network } from "../network/mod.ts";
import type { Rejection } from "./outcome.ts";

/** Shapes of a network, or a rejection that names the block at fault. */
export function inferOrReject(network: Network): BlockShapes | Rejection {
  const inferred = inferShapes(network);
  if (inferred.ok) return inferred;
  const place = inferred.index < 0 ? "" : `blocks.${inferred.index}: `;
  return { rule: "shape", reason: `${place}${inferred.reason}` };
}
