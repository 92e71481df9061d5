/** Joining a queue's server: who is refused, why, and what happens when it is away. */

import assert from "node:assert/strict";
import { EXIT, UsageError } from "../../lib/cli/mod.ts";
import { readQueueAddress } from "../../lib/queue/address.ts";
import { connectQueue } from "../../lib/queue/connect.ts";
import { testWithServer, withServer } from "./_bare_server.ts";
import { freePort } from "./_server.ts";

const SECRET = "correct-horse";

async function connect(text: string, password?: string) {
  const address = await readQueueAddress(text, { variable: () => password });
  return await connectQueue(address, { timeoutMs: 2000 });
}

async function refusal(text: string, password?: string): Promise<string> {
  const error = await connect(text, password).then(
    (redis) => {
      redis.disconnect();
      assert.fail(`"${text}" was joined`);
    },
    (error) => error,
  );
  assert(error instanceof UsageError, error.stack);
  assert.equal(error.exitCode, EXIT.usage);
  assert.match(
    error.message,
    /^Cannot join the queue at "rediss?:\/\/[^"@]+": /,
  );
  assert(!error.message.includes("\n"));
  assert(!error.message.includes(SECRET), "a secret was repeated");
  return error.message;
}

testWithServer(
  "connectQueue() lets in who has the password, and tells others",
  async () => {
    await withServer({ flags: ["--requirepass", SECRET] }, async (port) => {
      const origin = `redis://localhost:${port}`;
      const redis = await connect(origin, SECRET);
      assert.equal(await redis.ping(), "PONG");
      redis.disconnect();
      assert.match(
        await refusal(origin),
        /wants a password.*N2N_QUEUE_PASSWORD/,
      );
      assert.match(await refusal(origin, "guess"), /refuses the password/);
      assert.match(
        await refusal(`redis://somebody@localhost:${port}`, SECRET),
        /refuses the password/,
      );
      assert.match(
        await refusal(`rediss://localhost:${port}`, SECRET),
        /no answer.*else: redis:/,
      );
    });
  },
);

testWithServer(
  "connectQueue() refuses a server that evicts",
  async () => {
    await withServer(
      { flags: ["--maxmemory-policy", "allkeys-lru"] },
      async (port) => {
        const message = await refusal(`redis://localhost:${port}`);
        assert.match(
          message,
          /allkeys-lru.*CONFIG SET maxmemory-policy noeviction/,
        );
      },
    );
  },
);

testWithServer(
  "connectQueue() with a password refuses a server that wants none",
  async () => {
    await withServer({}, async (port) => {
      const message = await refusal(`redis://localhost:${port}`, SECRET);
      assert.match(message, /wants no password/);
    });
  },
);

testWithServer(
  "connectQueue() refuses a server that hangs, with the reason",
  async () => {
    await withServer({}, async (port, server) => {
      server.kill("SIGSTOP");
      assert.match(await refusal(`redis://localhost:${port}`), /no answer/);
    });
  },
);

Deno.test("connectQueue() refuses where nobody listens, or no such machine is", async () => {
  assert.match(
    await refusal(`redis://localhost:${freePort()}`),
    /ECONNREFUSED.*deno task queue start/,
  );
  assert.match(await refusal("redis://nowhere.invalid"), /no server can be/);
});

Deno.test("connectQueue() refuses a server that is too old", async () => {
  // A server of 2019 as far as the first words go.
  const info = "redis_version:5.0.7\r\nloading:0\r\n";
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    const buffer = new Uint8Array(4096);
    for (let size; (size = await connection.read(buffer)) !== null;) {
      const text = new TextDecoder().decode(buffer.subarray(0, size));
      for (const word of text.match(/^(info|ping|client|hello)/gim) ?? []) {
        const answer = {
          info: `$${info.length}\r\n${info}\r\n`,
          ping: "+PONG\r\n",
        }[word.toLowerCase()] ?? `-ERR unknown command '${word}'\r\n`;
        await connection.write(new TextEncoder().encode(answer));
      }
    }
  })();
  const message = await refusal(`redis://127.0.0.1:${listener.addr.port}`);
  assert.match(message, /version 5\.0\.7, expected Redis 6\.2 or newer/);
  await serving;
});

testWithServer(
  "connectQueue() comes back to a server that was away",
  async () => {
    let port = 0;
    let redis: Awaited<ReturnType<typeof connect>> | undefined;
    await withServer({}, async (at) => {
      port = at;
      redis = await connect(`redis://localhost:${port}`);
    });
    // The server is gone; this command waits for the next one.
    const answer = redis!.ping();
    await withServer({ port }, async () => {
      assert.equal(await answer, "PONG");
      redis!.disconnect();
    });
  },
);
