import type { Block, Network, Residual } from "../network/mod.ts";
import { assertOnePerLeaf, leafTable } from "./_actions.ts";
import { freezeNetwork } from "./_freeze.ts";
import { resolveRules, shrinkLayer } from "./_shrink_layer.ts";
import { blockWidth, lastConv, widthAfter, withLastWidth } from "./_widths.ts";
import { checkStudent, type StudentBounds } from "./check_student.ts";
import type { Outcome } from "./outcome.ts";
import { shrinkMask } from "./shrink_mask.ts";
import type { ShrinkRules } from "./shrink_rules.ts";

/** Options of {@linkcode shrinkLayers}. */
export interface ShrinkOptions extends ShrinkRules, StudentBounds {}

/**
 * Shrinks layers (stage 2, section 3.2). A ratio r gives a convolution
 * max(floor(channels * r), minimum) output channels; the layers behind take the
 * channels they get. A residual block stays valid in every case: where its
 * shortcut has a convolution, the shortcut's last one takes the channels of the
 * body; elsewhere the body's last one takes the channels of the block's input.
 *
 * @param network A valid network, the base of the comparison in size.
 * @param ratios One ratio per leaf, 0 < r <= 1; ignored where
 * {@linkcode shrinkMask} (for the same rules) is `false`.
 * @param options What is shrunk, how far, and the bounds of the check.
 * @returns The student (deep-frozen), or why there is none; any sequence of
 * ratios gives one of the two.
 * @throws {RangeError} When the network or `minChannels` is not valid, the
 * number of ratios is not the number of leaves, or a ratio is out of range.
 *
 * @example
 * ```ts
 * import { shrinkLayers } from "./mod.ts";
 * import type { Network } from "../network/mod.ts";
 *
 * const teacher: Network = {
 *   input: [1, 8, 8],
 *   blocks: [
 *     { type: "conv", outChannels: 64, kernel: 3, stride: 1, padding: 1, bias: true },
 *     { type: "relu" },
 *     { type: "linear", outFeatures: 10, bias: true },
 *   ],
 * };
 * const outcome = shrinkLayers(teacher, [0.5, 1, 1]); // 32 channels
 * ```
 */
export function shrinkLayers(
  network: Network,
  ratios: readonly number[],
  options: ShrinkOptions = {},
): Outcome {
  const rules = resolveRules(options);
  const mask = shrinkMask(network, options);
  assertOnePerLeaf(ratios, mask.length, "shrink layers");
  ratios.forEach(assertRatio);
  const at = leafTable(network);
  const ratioAt = (...path: Parameters<typeof at>): number => {
    const { index } = at(...path);
    return mask[index] ? ratios[index]! : 1;
  };

  const blocks: Block[] = [];
  let width: number = network.input[0];
  for (const [i, block] of network.blocks.entries()) {
    const student = block.type === "residual"
      ? fitResidual({
        ...block,
        body: block.body.map((layer, j) =>
          // Inside a block only the channels shrink.
          shrinkLayer(layer, ratioAt(i, "body", j), {
            ...rules,
            shrink: "channels",
          })
        ),
      }, width)
      : block.type === "concat"
      ? block
      : shrinkLayer(block, ratioAt(i), rules);
    blocks.push(student);
    width = blockWidth(student, width);
  }

  const student = freezeNetwork(network, blocks);
  const rejection = checkStudent(student, network, options);
  return rejection === undefined
    ? { ok: true, network: student }
    : { ok: false, rejection };
}

function assertRatio(ratio: number, index: number): void {
  if (!(ratio > 0 && ratio <= 1)) {
    throw new RangeError(
      `Cannot shrink layers: the ratio of leaf ${index} is ${ratio}, expected 0 < ratio <= 1`,
    );
  }
}

/** Brings body and shortcut to the same channels, for a block fed `width` channels. */
function fitResidual(block: Residual, width: number): Residual {
  const { body, shortcut } = block;
  if (lastConv(shortcut) >= 0) {
    // An empty body adds nothing, so there is nothing to follow.
    return body.length === 0 ? block : {
      ...block,
      shortcut: withLastWidth(shortcut, widthAfter(body, width)),
    };
  }
  return {
    ...block,
    body: withLastWidth(body, widthAfter(shortcut, width)),
  };
}
