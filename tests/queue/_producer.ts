/**
 * A producer process: address, first seed, last seed. Asks for all trainings at once
 * and says of each on standard output when it has its answer.
 */

import { print, runMain } from "../../lib/cli/mod.ts";
import { createQueueExecutor, readQueueAddress } from "../../lib/queue/mod.ts";
import { ENGINE, SHORT } from "./_executors.ts";
import { DATA, short } from "./_problem.ts";

await runMain(async ([queue, first, last]) => {
  const executor = await createQueueExecutor({
    address: await readQueueAddress(queue!),
    engine: ENGINE,
    times: SHORT,
  });
  executor.register(DATA);
  const seeds = Array.from(
    { length: Number(last) - Number(first) + 1 },
    (_, i) => Number(first) + i,
  );
  await Promise.all(seeds.map(async (seed) => {
    const { evaluation } = await executor.submit(short(seed));
    print(`${seed} ${JSON.stringify(evaluation)}`);
  }));
  await executor.close();
});
