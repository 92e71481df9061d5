/**
 * Serves the page, its networks and its test images.
 *
 * @module
 */

import type { Split } from "../data/mod.ts";
import {
  type Listening,
  pageAssets,
  type ServedPage,
  servedShell,
  servePage,
  text,
  typed,
} from "../pages/mod.ts";
import { encodeTests, type Piece } from "./encode_tests.ts";
import type { PreparedDemo } from "./prepare.ts";
import { checkRuntime, RUNTIME_FILES } from "./runtime.ts";

/** Most images that are asked for at once. */
const MOST_IMAGES = 1000;

/** What {@link serveDemo} needs. */
export interface ServeDemoOptions extends Listening {
  /** What is shown. */
  readonly prepared: PreparedDemo;
  /** The test images, where there are some. */
  readonly split: Split | undefined;
}

/**
 * Starts to serve the page.
 *
 * @param options See {@link ServeDemoOptions}.
 * @throws {DataError} If onnxruntime-web's files are not there.
 */
export async function serveDemo(
  { prepared: { demo, models }, split, ...listening }: ServeDemoOptions,
): Promise<ServedPage> {
  await checkRuntime();
  const { script, style } = await pageAssets("demo");
  const page = servedShell({ title: `n2n: ${demo.student.name}` });
  const told = JSON.stringify(demo);
  return servePage({
    ...listening,
    // What a module in WebAssembly needs; no text becomes a script by it.
    scripts: "'wasm-unsafe-eval'",
    async answer({ pathname, searchParams }) {
      switch (pathname) {
        case "/":
          return typed("text/html", page);
        case "/page.js":
          return typed("text/javascript", script);
        case "/page.css":
          return typed("text/css", style);
        case "/demo.json":
          return typed("application/json", told);
        case "/teacher.onnx":
          return typed("application/octet-stream", models.teacher);
        case "/student.onnx":
          return typed("application/octet-stream", models.student);
        case "/tests":
          return tests(split, searchParams);
      }
      const name = pathname.slice(1);
      if (!Object.hasOwn(RUNTIME_FILES, name)) return undefined;
      const { type, path } = RUNTIME_FILES[name]!;
      return typed(type, (await Deno.open(path)).readable);
    },
  });
}

function tests(
  split: Split | undefined,
  asked: URLSearchParams,
): Response | undefined {
  if (split === undefined) return undefined;
  const [from, count] = ["from", "count"].map((key) => {
    const value = asked.get(key) ?? "";
    return /^\d{1,9}$/.test(value) ? Number(value) : -1;
  });
  const piece: Piece = { from: from!, count: count! };
  const isThere = piece.from >= 0 && piece.count >= 1 &&
    piece.count <= MOST_IMAGES && piece.from + piece.count <= split.count;
  return isThere
    ? typed("application/octet-stream", encodeTests(split, piece))
    : text(400, `Expected from and count within ${split.count} images`);
}
