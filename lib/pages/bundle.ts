/**
 * A page's script and style as single small files: equal sources give equal bytes.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { withoutHiddenInput } from "./_hidden_input.ts";
import { onlyWhatIsUsed } from "./_only_used.ts";
import type { PageAssets } from "./assets.ts";
import { inRoom, type PageRoom } from "./rooms.ts";

/** Bundles a room's page, for browsers of 2024 and later. */
export async function bundlePage(room: PageRoom): Promise<PageAssets> {
  const folder = fileURLToPath(inRoom(room, "page/"));
  try {
    const [script, style] = await Promise.all(
      ["main.tsx", "page.css"].map(async (entry) => {
        const { outputFiles, metafile } = await esbuild.build({
          entryPoints: [`${folder}${entry}`],
          absWorkingDir: folder,
          bundle: true,
          minify: true,
          write: false,
          metafile: true,
          format: "iife",
          jsx: "automatic",
          jsxImportSource: "preact",
          target: ["es2022", "chrome122", "firefox119", "safari17.4"],
          legalComments: "none",
          charset: "ascii",
          logLevel: "silent",
          plugins: [withoutHiddenInput, onlyWhatIsUsed],
        });
        const [output] = Object.values(metafile.outputs);
        const missing = output!.imports.map(({ path }) => path);
        if (missing.length > 0) {
          throw new TypeError(
            `Cannot bundle the page of ${room}: it uses ${
              missing.join(", ")
            } by way of this project's modules, expected what browsers run`,
          );
        }
        return outputFiles[0]!.text;
      }),
    );
    return { script: script!, style: style! };
  } finally {
    await esbuild.stop();
  }
}
