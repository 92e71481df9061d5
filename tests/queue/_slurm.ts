/**
 * SLURM with one node, this machine, for a test: its daemons run in a folder of
 * their own, on ports of their own, beside whatever SLURM there is.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { type CommandResult, runCommand } from "../../lib/cli/mod.ts";
import { freePort } from "./_server.ts";

/** Why there can be no SLURM here, or undefined. */
export async function lacksSlurm(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "SLURM runs on Linux";
  if (Deno.uid() !== 0) return "its daemons are started as root";
  for (const program of ["munged", "slurmctld", "slurmd", "sbatch"]) {
    const found = await runCommand("sh", ["-c", `command -v ${program}`]);
    if (found?.code !== 0) return `there is no ${program}`;
  }
  return undefined;
}

/** A cluster of one node. */
export interface Cluster extends AsyncDisposable {
  /** Runs a line of a shell as its user does. */
  shell(line: string, cwd: string): Promise<CommandResult>;
}

/** More than there are: what is tested is not their binding. */
const CPUS = 64;

/** Starts the daemons; returns once the node is idle. */
export async function startCluster(): Promise<Cluster> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-slurm-" });
  const daemons: Deno.ChildProcess[] = [];
  const config = `${folder}/slurm.conf`;
  const socket = `${folder}/munge.socket`;

  function daemon(program: string, args: readonly string[]): void {
    daemons.push(
      new Deno.Command(program, {
        args: [...args],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
    );
  }

  const cluster: Cluster = {
    async shell(line, cwd) {
      const PATH = `${new URL(".", `file://${Deno.execPath()}`).pathname}:${
        Deno.env.get("PATH")
      }`;
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", line],
        cwd,
        env: { SLURM_CONF: config, PATH },
        stdin: "null",
      }).output();
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    },
    async [Symbol.asyncDispose]() {
      for (const each of daemons.toReversed()) {
        each.kill("SIGTERM");
        await each.status;
      }
      await Deno.remove(folder, { recursive: true });
    },
  };

  try {
    await Deno.chmod(folder, 0o755);
    const random = crypto.getRandomValues(new Uint8Array(1024));
    await Deno.writeFile(`${folder}/munge.key`, random, { mode: 0o400 });
    await Deno.writeTextFile(config, configText(folder, socket));
    for (const name of ["state", "spool"]) {
      await Deno.mkdir(`${folder}/${name}`);
    }
    daemon("munged", [
      "--foreground",
      `--key-file=${folder}/munge.key`,
      `--socket=${socket}`,
      `--pid-file=${folder}/munged.pid`,
      `--log-file=${folder}/munged.log`,
      `--seed-file=${folder}/munged.seed`,
    ]);
    await until(
      () => cluster.shell(`munge -n -S ${socket}`, folder),
      (said) => said.code === 0,
    );
    daemon("slurmctld", ["-D", "-f", config]);
    daemon("slurmd", ["-D", "-f", config]);
    await until(
      () => cluster.shell("sinfo --noheader --format=%T", folder),
      ({ stdout }) => stdout.trim() === "idle",
    );
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function until(
  look: () => Promise<CommandResult>,
  holds: (said: CommandResult) => boolean,
): Promise<void> {
  for (let tries = 0;; tries++) {
    const said = await look();
    if (holds(said)) return;
    if (tries === 300) {
      throw new Error(`SLURM does not come up: ${JSON.stringify(said)}`);
    }
    await sleep(100);
  }
}

function configText(folder: string, socket: string): string {
  const host = Deno.hostname();
  return [
    "ClusterName=n2n",
    `SlurmctldHost=${host}(127.0.0.1)`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    `AuthInfo=socket=${socket}`,
    `SlurmctldPort=${freePort()}`,
    `SlurmdPort=${freePort()}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd.log`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_CPU",
    "SlurmdParameters=config_overrides",
    "JobAcctGatherType=jobacct_gather/none",
    "MpiDefault=none",
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${CPUS} State=UNKNOWN`,
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
    "",
  ].join("\n");
}
