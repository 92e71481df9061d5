/**
 * Loaded before a run: the test split becomes noise, and every message to a
 * worker is noted down, a line of JSON each, in the file that N2N_MESSAGES names.
 *
 * @module
 */

import { OPENED } from "../../lib/data/_opened.ts";
import { randomStream } from "../../lib/random/mod.ts";

const keep = OPENED.set.bind(OPENED);

// The digests were checked before: only the run itself can tell.
OPENED.set = (handle, loaded) => {
  const { images, labels, classCount } = loaded.test.split;
  const random = randomStream(1, "noise");
  for (let at = 0; at < images.length; at++) images[at] = random.integer(256);
  for (let at = 0; at < labels.length; at++) {
    labels[at] = random.integer(classCount);
  }
  return keep(handle, loaded);
};

/** Sizes in bytes of all buffers and values of all numbers in a message. */
function contents(value: unknown, found: number[] = []): readonly number[] {
  if (typeof value === "number") found.push(value);
  if (typeof value !== "object" || value === null) return found;
  if (ArrayBuffer.isView(value)) {
    found.push(value.byteLength, value.buffer.byteLength);
    return found;
  }
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    found.push(value.byteLength);
    return found;
  }
  for (const part of Object.values(value)) contents(part, found);
  return found;
}

const post = Worker.prototype.postMessage;

Worker.prototype.postMessage = function (
  this: Worker,
  message: { readonly type: string },
  ...rest: unknown[]
): void {
  const line = JSON.stringify({
    type: message.type,
    contents: contents(message),
  });
  Deno.writeTextFileSync(Deno.env.get("N2N_MESSAGES")!, `${line}\n`, {
    append: true,
  });
  Reflect.apply(post, this, [message, ...rest]);
};
