import { partPath, readBegun } from "./_part.ts";
import { placeOf } from "./_sources.ts";
import type { Source } from "../registry.ts";

/**
 * The sources in their order, but of the addresses the one whose download was
 * cut goes first: another one would start over.
 */
export async function begunFirst(
  sources: readonly Source[],
  { file, pathOf }: {
    readonly file: string;
    readonly pathOf: (url: string) => string;
  },
): Promise<readonly Source[]> {
  const local = sources.filter((source) => !("url" in source));
  const begun: Source[] = [];
  const others: Source[] = [];
  for (const source of sources) {
    if (!("url" in source)) continue;
    const place = placeOf(source, file);
    const isBegun = (await readBegun(pathOf(place)))?.url === place;
    (isBegun ? begun : others).push(source);
  }
  return begun.length === 0 ? sources : [...local, ...begun, ...others];
}

/** A line on each download that can go on later. */
export async function tellBegun(paths: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const path of paths) {
    const origin = await readBegun(path);
    if (origin === undefined) continue;
    const { size } = await Deno.stat(partPath(path));
    if (size === 0) continue;
    lines.push(
      `"${
        partPath(path)
      }" has ${size} of ${origin.totalBytes} bytes; the next run goes on from there`,
    );
  }
  return lines;
}
