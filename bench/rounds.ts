/**
 * Rounds in which everybody takes a turn, and the rule by which a disturbed
 * turn is dropped.
 *
 * @module
 */

import { foreignCores, isDisturbed, type LoadWatch } from "./load.ts";

/** Somebody who takes turns. */
export interface Player<Value> {
  /** Under this name the values are kept. */
  readonly id: string;
  /** Takes one turn. */
  turn(): Promise<Value>;
}

/** What came of all turns. */
export interface RoundsOutcome<Value> {
  /** By player, one value a round. */
  readonly values: Readonly<Record<string, readonly Value[]>>;
  /** Whether foreign load could be watched at all. */
  readonly watched: boolean;
  /** Turns that were disturbed, dropped and taken again. */
  readonly dropped: number;
  /** Turns that count though all their repeats were disturbed. */
  readonly disturbed: number;
}

/** How rounds are played. */
export interface RoundsOptions {
  /** >= 1. */
  readonly rounds: number;
  /** undefined where the system tells nothing: no turn is then dropped. */
  readonly watch: LoadWatch | undefined;
  /** A disturbed turn is repeated so often at most; then the quietest one counts. */
  readonly repeats: number;
  /** Called after each turn that counts. */
  readonly onTurn?: () => void;
}

/**
 * Plays the rounds. Each begins with another player, so that nobody is always
 * the one after the heaviest.
 *
 * @param players At least one; their ids differ.
 */
export async function playRounds<Value>(
  players: readonly Player<Value>[],
  { rounds, watch, repeats, onTurn }: RoundsOptions,
): Promise<RoundsOutcome<Value>> {
  const values = Object.fromEntries(
    players.map(({ id }): [string, Value[]] => [id, []]),
  );
  let dropped = 0;
  let disturbed = 0;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < players.length; i++) {
      const player = players[(round + i) % players.length]!;
      const turn = await quietTurn(player, { watch, repeats });
      values[player.id]!.push(turn.value);
      dropped += turn.dropped;
      if (turn.isDisturbed) disturbed++;
      onTurn?.();
    }
  }
  return { values, watched: watch !== undefined, dropped, disturbed };
}

/** Takes a turn until one is quiet, or the repeats are used up. */
async function quietTurn<Value>(
  player: Player<Value>,
  { watch, repeats }: Pick<RoundsOptions, "watch" | "repeats">,
): Promise<
  {
    readonly value: Value;
    readonly dropped: number;
    readonly isDisturbed: boolean;
  }
> {
  let quietest: { readonly value: Value; readonly cores: number } | undefined;
  for (let dropped = 0;; dropped++) {
    const before = watch?.();
    const value = await player.turn();
    const after = watch?.();
    if (!before || !after || !isDisturbed(before, after)) {
      return { value, dropped, isDisturbed: false };
    }
    const cores = foreignCores(before, after);
    if (quietest === undefined || cores < quietest.cores) {
      quietest = { value, cores };
    }
    if (dropped === repeats) {
      return { value: quietest.value, dropped, isDisturbed: true };
    }
  }
}
