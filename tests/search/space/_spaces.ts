import fc from "fast-check";
import { resnet, squeezenet, vgg } from "../../../lib/network/mod.ts";
import type {
  ActionSpace,
  Grain,
  SpaceKind,
} from "../../../lib/search/space/action_space.ts";

export const KINDS: readonly SpaceKind[] = ["removal", "shrinkage", "joint"];
export const GRAINS: readonly Grain[] = ["leaf", "unit", "block"];

const options = { input: [3, 32, 32], classes: 10, width: 0.25 } as const;
export const VGG_13 = vgg({ ...options, depth: 13, input: [1, 28, 28] });
export const RESNET_18 = resnet({ ...options, depth: 18 });
export const RESNET_50 = resnet({ ...options, depth: 50 });
export const SQUEEZENET = squeezenet(options);

/** Any valid actions of a space, some sequences all alike or nearly neutral. */
export function actionsOf(
  { decisions, actionCount, neutral }: ActionSpace,
): fc.Arbitrary<readonly number[]> {
  const length = { minLength: decisions.length, maxLength: decisions.length };
  const action = fc.nat(actionCount - 1);
  const rare = fc.oneof(
    { weight: 4, arbitrary: fc.constant(neutral) },
    { weight: 1, arbitrary: action },
  );
  return fc.oneof(
    fc.array(action, length),
    fc.array(rare, length),
    action.map((one) => decisions.map(() => one)),
  );
}
