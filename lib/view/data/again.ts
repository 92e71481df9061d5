import { rerunCommand, rerunFlags } from "../../lab/mod.ts";
import { engineText } from "../../search/mod.ts";
import type { AgainView } from "../model.ts";
import type { KnownRun } from "./known.ts";

/** Folder that nothing is remembered in: what is run there is trained. */
const FOLDER = "results-again";

/** Flags that say where a run takes place, or with what: said anew, or not at all. */
const PLACE = /^--(results|cells|engine|queue|verify-share)(=.*)?$/;
/** Flags without a value that are passed over. */
const PASSED_OVER = ["--fresh", "--dry-run", "--teacher.retrain"];

/**
 * How to train a run's students again: by its own command, in a results folder that
 * remembers nothing, on the engine and with the teacher that it had. Undefined where
 * options were given that no record holds in words.
 *
 * @param run The run.
 */
export function againOf(
  { question, profile, cell, command, identity }: KnownRun,
): AgainView | undefined {
  if (identity === undefined) return undefined;
  const { engine, teacher } = identity;
  const about = {
    engine: engineText(engine),
    ...(teacher === undefined || "file" in teacher
      ? {}
      : { teacher: teacher.weights }),
  };
  if (command !== undefined) {
    const flags = [...rerunFlags(identity), "--cells", cell];
    return {
      ...about,
      command: [withoutPlace(command), ...flags, "--results", FOLDER].join(" "),
    };
  }
  return profile.includes("+") ? undefined : {
    ...about,
    command: rerunCommand({ question, profile, cell }, identity, {
      results: FOLDER,
    }),
  };
}

/** Without what is said anew; words are as commandLine() writes them. */
function withoutPlace(command: string): string {
  const words = command.match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? [];
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const place = PLACE.exec(word);
    // Its value follows it or its "=".
    if (place !== null) i += place[2] === undefined ? 1 : 0;
    else if (!PASSED_OVER.includes(word)) kept.push(word);
  }
  return kept.join(" ");
}
