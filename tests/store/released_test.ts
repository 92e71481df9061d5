import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { openStore } from "../../lib/store/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

Deno.test("openStore() reads a store that the first version wrote, the only format so far", async () => {
  const packed = await Deno.readFile(
    new URL("released/format1.sqlite.gz", import.meta.url),
  );
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/store.sqlite`;
    await Deno.writeFile(path, gunzipSync(packed));
    const store = openStore(path);
    try {
      assert.equal(store.getEvaluation("a key"), '{"accuracy":0.5}');
      assert.deepEqual(store.getCheckpoint("a run"), {
        step: 3,
        json: '{"b":2}',
        blobs: { policy: new Uint8Array([1, 2, 3]) },
      });
    } finally {
      store.close();
    }
  });
});
