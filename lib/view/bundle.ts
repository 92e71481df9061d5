/**
 * The page's script and style as single small files: equal sources give equal bytes.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { withoutHiddenInput } from "./_hidden_input.ts";

/** The script and the style of the page. */
export interface Bundle {
  /** `bundle/page.js` */
  readonly script: string;
  /** `bundle/page.css` */
  readonly style: string;
}

/** Bundles the page, for browsers of 2024 and later. */
export async function bundlePage(): Promise<Bundle> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  try {
    const [script, style] = await Promise.all(
      ["page/main.tsx", "page/page.css"].map(async (entry) => {
        const { outputFiles } = await esbuild.build({
          entryPoints: [path(entry)],
          absWorkingDir: path("page"),
          bundle: true,
          minify: true,
          write: false,
          format: "iife",
          jsx: "automatic",
          jsxImportSource: "preact",
          target: ["es2022", "chrome122", "firefox119", "safari17.4"],
          legalComments: "none",
          charset: "ascii",
          logLevel: "silent",
          plugins: [withoutHiddenInput],
        });
        return outputFiles[0]!.text;
      }),
    );
    return { script: script!, style: style! };
  } finally {
    await esbuild.stop();
  }
}
