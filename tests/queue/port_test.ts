import assert from "node:assert/strict";
import { choosePort, isFree } from "../../lib/queue/server/_port.ts";

Deno.test("choosePort() takes a port that is free on all addresses of the server", () => {
  const addresses = ["127.0.0.1", "localhost"];
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  assert.equal(isFree(["127.0.0.1"], port), false);
  for (const both of [addresses, addresses.toReversed()]) {
    assert.equal(isFree(both, port), false);
    assert.throws(() => choosePort(both, port), {
      name: "UsageError",
      message: /^--port \d+: another program listens there on /,
    });
  }
  const found = choosePort(addresses);
  assert.ok(isFree(addresses, found));
});

Deno.test({
  name:
    "choosePort() looks at each address by itself where loopback alone is taken",
  // Elsewhere loopback has one address.
  ignore: Deno.build.os !== "linux",
  fn() {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    assert.equal(choosePort(["127.0.0.2"], port), port);
    assert.throws(() => choosePort(["127.0.0.2", "127.0.0.1"], port), {
      message: /listens there on 127\.0\.0\.1, expected a free port/,
    });
  },
});
