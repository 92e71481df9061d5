/**
 * Images a second of the whole training step (forward, logit MSE, backward,
 * Adam) on one thread, beside PyTorch where a Python with torch is found. All
 * contenders take turns in every round; shown are medians over the rounds and
 * ratios within them.
 *
 * deno task bench [rounds]
 *
 * @module
 */

import {
  type Contender,
  findPyTorch,
  median,
  ourEngine,
  pyTorch,
} from "./contenders.ts";
import { BENCH_NETWORKS } from "./networks.ts";

const BATCH = 64;
/** Length of a contender's turn. */
const TURN_MS = 1500;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const rounds = Number(Deno.args[0] ?? 7);
if (!Number.isInteger(rounds) || rounds < 1) {
  print(`Cannot run "${Deno.args[0]}" rounds: expected an integer >= 1`);
  Deno.exit(2);
}

const ours = await ourEngine("onnx-cpu");
const contenders: Contender[] = [ours];
const python = await findPyTorch();
if (python === undefined) {
  print(
    "PyTorch skipped, because no Python with torch was found (python3, /usr/bin/python3; set N2N_PYTHON to name one)",
  );
} else {
  for (
    const settings of [
      { name: "PyTorch as it comes", layout: "nchw", tuned: false },
      { name: "PyTorch NCHW, tuned", layout: "nchw", tuned: true },
      {
        name: "PyTorch channels-last, tuned",
        layout: "channels_last",
        tuned: true,
      },
    ] as const
  ) contenders.push(await pyTorch(python, settings));
}

print(`One thread, batch ${BATCH}, ${rounds} rounds; medians (ranges).\n`);
for (const { name, version } of contenders) print(`${name}: ${version}`);
for (const network of Object.keys(BENCH_NETWORKS)) {
  const milliseconds = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const probe = await contender.time(network, 2);
      const steps = Math.max(5, Math.round(TURN_MS / probe));
      milliseconds[index]!.push(await contender.time(network, steps));
    }
  }
  print(`\n| ${network} | images/s | ours / it |\n| --- | ---: | ---: |`);
  for (const [index, { name }] of contenders.entries()) {
    const times = milliseconds[index]!;
    const rates = times.map((ms) => 1000 * BATCH / ms);
    const ratios = times.map((ms, round) => ms / milliseconds[0]![round]!);
    const low = Math.min(...rates).toFixed(0);
    const high = Math.max(...rates).toFixed(0);
    print(
      `| ${name} | ${median(rates).toFixed(0)} (${low}-${high}) | ${
        median(ratios).toFixed(2)
      } |`,
    );
  }
}
for (const contender of contenders) await contender.close();
