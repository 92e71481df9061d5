import { fileURLToPath } from "node:url";
import type { Command } from "./command.ts";

/** Names of the profile files there are. */
export function listProfiles(command: Command<unknown>): readonly string[] {
  const pattern = new RegExp(
    `^${RegExp.escape(command.baseName)}\\.([^.]+)\\.yaml$`,
  );
  const names = [...Deno.readDirSync(command.profiles)]
    .flatMap(({ name }) => pattern.exec(name)?.[1] ?? [])
    .toSorted();
  if (names.length === 0) {
    throw new TypeError(
      `Cannot read profiles of "${command.baseName}": ` +
        `"${fileURLToPath(command.profiles)}" has none, expected ` +
        `"${command.baseName}.laptop.yaml"`,
    );
  }
  // From small to large, as far as the usual names go.
  const usual = ["smoke", "laptop", "paper"];
  return [
    ...usual.filter((name) => names.includes(name)),
    ...names.filter((name) => !usual.includes(name)),
  ];
}

/** File of a profile. */
export function profilePath(
  command: Command<unknown>,
  profile: string,
): string {
  const name = `${command.baseName}.${profile}.yaml`;
  return fileURLToPath(new URL(name, command.profiles));
}
