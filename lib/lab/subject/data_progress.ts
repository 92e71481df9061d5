/**
 * How far the opening of a data set is, on standard error.
 *
 * @module
 */

import {
  createProgress,
  notify,
  type Progress,
  type ProgressOptions,
} from "../../cli/mod.ts";
import type { DataProgress } from "../../data/mod.ts";

const WORDS: Readonly<Record<DataProgress["action"], string>> = {
  wait: "waiting for another process",
  download: "fetching",
  decode: "decoding",
  write: "writing",
  setAside: "found damaged and set aside",
  leaveOut: "leaving out",
};

const MEGABYTE = 1e6;

/** Follows the opening of one data set; to be disposed of at its end. */
export interface Following extends Disposable {
  /** Is told what is done. */
  readonly onProgress: (progress: DataProgress) => void;
}

/**
 * Says once what is done to which file. Downloads, and pictures that are decoded,
 * also get a line with their megabytes, speed and end; bytes of a download that
 * were there already do not count for its speed.
 *
 * @param name Name of the set, in front of every line.
 * @param shown Where progress lines go, for tests.
 */
export function followData(
  name: string,
  shown: Pick<ProgressOptions, "stream" | "now" | "isTerminal"> = {},
): Following {
  const told = new Set<string>();
  let current:
    | { readonly key: string; progress: Progress; done: number }
    | undefined;
  function end(): void {
    current?.progress.finish();
    current = undefined;
  }
  return {
    onProgress({ action, file, bytes, totalBytes, holder }) {
      const key = `${action} ${file}`;
      if (current !== undefined && current.key !== key) end();
      if (!told.has(key)) {
        told.add(key);
        const size = totalBytes === undefined
          ? ""
          : ` (${(totalBytes / MEGABYTE).toFixed(1)} MB)`;
        notify(
          holder === undefined
            ? `${name}: ${WORDS[action]} ${file}${size}`
            : `${name}: waiting for ${holder}, which holds ${file}`,
        );
      }
      const isLong = action === "download" || action === "decode";
      if (!isLong || totalBytes === undefined || totalBytes < MEGABYTE) return;
      const done = Math.floor(bytes / MEGABYTE);
      if (current === undefined) {
        const progress = createProgress({
          ...shown,
          label: `${name}: ${WORDS[action]}`,
          total: Math.floor(totalBytes / MEGABYTE),
          unit: "MB",
          restored: done,
        });
        current = { key, progress, done };
      } else if (done > current.done) {
        current.progress.advance(done - current.done);
        current.done = done;
      }
      if (bytes >= totalBytes) end();
    },
    [Symbol.dispose]: end,
  };
}
