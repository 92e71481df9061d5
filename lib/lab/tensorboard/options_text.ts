import type { NotedText } from "./event.ts";

/**
 * What a run is, as a table of all that its outcome depends on.
 *
 * @param identity Plain JSON: mappings become names with dots.
 */
export function optionsText(identity: unknown): NotedText {
  const rows = entriesOf(identity, []).map(([name, value]) =>
    `| ${name} | \`${value.replaceAll("`", "'").replaceAll("|", "\\|")}\` |`
  );
  return {
    tag: "options",
    text: ["| option | value |", "| --- | --- |", ...rows].join("\n"),
  };
}

function entriesOf(
  value: unknown,
  path: readonly string[],
): readonly (readonly [name: string, value: string])[] {
  const isMapping = typeof value === "object" && value !== null &&
    !Array.isArray(value);
  return isMapping
    ? Object.entries(value).flatMap(([key, each]) =>
      entriesOf(each, [...path, key])
    )
    : value === undefined
    ? []
    : [[path.join("."), JSON.stringify(value)]];
}
