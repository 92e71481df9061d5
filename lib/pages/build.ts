/**
 * Writes the bundles of all pages, which are committed: who looks at results needs
 * no bundler.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { notify, runMain, writeFileAtomic } from "../cli/mod.ts";
import { bundlePage } from "./bundle.ts";
import { inRoom, PAGE_ROOMS } from "./rooms.ts";

async function main(): Promise<void> {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);
  for (const room of PAGE_ROOMS) {
    const { script, style } = await bundlePage(room);
    const folder = fileURLToPath(inRoom(room, "bundle/"));
    await writeFileAtomic(`${folder}page.js`, script);
    await writeFileAtomic(`${folder}page.css`, style);
    notify(
      `Written: lib/${room}/bundle/, script ${kilobytes(script.length)} kB (${
        kilobytes(gzipSync(script).length)
      } kB gzipped), style ${kilobytes(style.length)} kB`,
    );
  }
}

if (import.meta.main) await runMain(main);
