import type { Block, Network, Residual } from "../network/mod.ts";
import { leafTable } from "./_actions.ts";
import { resolveRules, shrinkLayer } from "./_shrink_layer.ts";
import {
  blockWidth,
  lastConv,
  lastPad,
  widthAfter,
  withLastPad,
  withLastWidth,
} from "./_widths.ts";
import type { ShrinkRatios, ShrinkRules } from "./shrink_rules.ts";
import { shrinkVariables } from "./shrink_variables.ts";

/**
 * The network with its layers at their ratios, each residual block's body and
 * shortcut in step. Whether the layers can run is not looked at.
 *
 * @param network A valid network.
 * @param ratios One entry per leaf; what is not free stays as it is.
 * @param rules What is free, and the fewest channels left.
 */
export function shrinkBlocks(
  network: Network,
  ratios: readonly (number | ShrinkRatios)[],
  rules: ShrinkRules,
): Network {
  const { minChannels } = resolveRules(rules);
  const variables = shrinkVariables(network, rules);
  const at = leafTable(network);
  const shrinkage = (...path: Parameters<typeof at>) => {
    const { index } = at(...path);
    return {
      ratios: ratios[index]!,
      variables: variables[index]!,
      minChannels,
    };
  };

  const blocks: Block[] = [];
  let width: number = network.input[0];
  for (const [i, block] of network.blocks.entries()) {
    const shrunk = block.type === "residual"
      ? fitResidual({
        ...block,
        body: block.body.map((layer, j) =>
          shrinkLayer(layer, shrinkage(i, "body", j))
        ),
      }, width)
      : block.type === "concat"
      ? block
      : shrinkLayer(block, shrinkage(i));
    blocks.push(shrunk);
    width = blockWidth(shrunk, width);
  }
  return { input: network.input, blocks };
}

/** Brings body and shortcut to the same channels, for a block fed `width` channels. */
function fitResidual(block: Residual, width: number): Residual {
  const { body } = block;
  let { shortcut } = block;
  if (lastConv(shortcut) >= 0) {
    // An empty body adds nothing, so there is nothing to follow.
    return body.length === 0 ? block : {
      ...block,
      shortcut: withLastWidth(shortcut, widthAfter(body, width)),
    };
  }
  if (lastPad(shortcut) >= 0 && lastConv(body) >= 0) {
    shortcut = withLastPad(shortcut, {
      fed: width,
      width: widthAfter(body, width),
    });
  }
  return {
    ...block,
    // Zeros can be left out, the stream's own channels cannot.
    body: withLastWidth(body, widthAfter(shortcut, width)),
    shortcut,
  };
}
