import { ALGORITHM, checkStatus } from "./constants.ts";
import { type Library, newHandle } from "./library.ts";

/** What a primitive does with its results before it writes them, in this order. */
export interface Ending {
  /** Adds what stands where they go. */
  readonly adds: boolean;
  /** Cuts them off below 0. */
  readonly relu: boolean;
}

/** Lends the attributes of a primitive with an ending. Descriptors copy them. */
export function withEnding<Result>(
  { symbols }: Library,
  { adds, relu }: Ending,
  use: (attributes: Deno.PointerValue) => Result,
): Result {
  if (!adds && !relu) return use(null);
  const [action, scale] = ["describe a primitive's ending", 1];
  const steps = newHandle(symbols.dnnl_post_ops_create, action);
  try {
    if (adds) {
      checkStatus(symbols.dnnl_post_ops_append_sum(steps, scale), action);
    }
    if (relu) {
      checkStatus(
        symbols.dnnl_post_ops_append_eltwise(
          steps,
          scale,
          ALGORITHM.relu,
          0,
          0,
        ),
        action,
      );
    }
    const attributes = newHandle(symbols.dnnl_primitive_attr_create, action);
    try {
      checkStatus(
        symbols.dnnl_primitive_attr_set_post_ops(attributes, steps),
        action,
      );
      return use(attributes);
    } finally {
      symbols.dnnl_primitive_attr_destroy(attributes);
    }
  } finally {
    symbols.dnnl_post_ops_destroy(steps);
  }
}
