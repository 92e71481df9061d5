/**
 * Writes the page's bundle, which is committed: who looks at results needs no
 * bundler.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { notify, runMain, writeFileAtomic } from "../cli/mod.ts";
import { bundlePage } from "./bundle.ts";

async function main(): Promise<void> {
  const { script, style } = await bundlePage();
  const folder = fileURLToPath(new URL("bundle/", import.meta.url));
  await writeFileAtomic(`${folder}page.js`, script);
  await writeFileAtomic(`${folder}page.css`, style);
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);
  notify(
    `Written: lib/view/bundle/, script ${kilobytes(script.length)} kB (${
      kilobytes(gzipSync(script).length)
    } kB gzipped), style ${kilobytes(style.length)} kB`,
  );
}

if (import.meta.main) await runMain(main);
