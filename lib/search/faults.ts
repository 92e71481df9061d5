/**
 * Faults of the authors' release that a search can repeat, to see what each costs.
 * Where they are in the release, and which others cannot be repeated here:
 * docs/faults.md.
 *
 * @module
 */

/** Names of the faults. */
export const FAULTS = [
  "sharedReward",
  "cumulativeBaseline",
  "stepPerRollout",
  "untrainedLstm",
  "misalignedActions",
  "returningLimit",
] as const;

/**
 * - `sharedReward`: every rollout of an iteration is reinforced by their mean
 *   reward
 * - `cumulativeBaseline`: that is compared with the sum of earlier means by one
 *   more than their number
 * - `stepPerRollout`: one Adam step a rollout, one after the other
 * - `untrainedLstm`: an autoregressive policy's LSTM stays as it was drawn
 * - `misalignedActions`: in layer removal, actions are drawn for all layers, those
 *   of shortcuts among them, and handed out to the layers without these
 * - `returningLimit`: a soft limit is given up again after it was hard
 */
export type Fault = (typeof FAULTS)[number];
