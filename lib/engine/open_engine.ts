import type { Engine } from "./engine.ts";

// Opened through dynamic imports: only the engine in use is loaded, and a
// native library that is missing troubles nobody else.
const OPENERS: Readonly<Record<string, () => Promise<Engine>>> = {
  "onnx-cpu": async () => await (await import("./onnx/mod.ts")).openOnnxCpu(),
  "tfjs": async () => await (await import("./tfjs/mod.ts")).openTfjs(),
  "onednn": async () => await (await import("./onednn/mod.ts")).openOnednn(),
};

/** Names that {@link openEngine} knows, the default first. */
export function engineNames(): readonly string[] {
  return Object.keys(OPENERS);
}

/**
 * Loads an engine's runtime and opens it.
 *
 * @param name One of {@link engineNames}.
 * @returns The engine, whose name is the one asked for.
 * @throws {RangeError} If there is no engine of that name.
 */
export async function openEngine(name: string): Promise<Engine> {
  const open = Object.hasOwn(OPENERS, name) ? OPENERS[name] : undefined;
  if (open === undefined) {
    throw new RangeError(
      `Cannot open the engine: name is "${name}", expected ${
        engineNames().join(" or ")
      }`,
    );
  }
  return await open();
}
