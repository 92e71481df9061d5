/** Tries what no task should do, and prints as JSON what it was let do. */

const attempts: Readonly<Record<string, () => unknown>> = {
  "write lib": () => Deno.writeTextFileSync("lib/.permissions.tmp", ""),
  "write .git": () => Deno.writeTextFileSync(".git/.permissions.tmp", ""),
  "write elsewhere": () => {
    const folder = Deno.makeTempDirSync();
    Deno.removeSync(folder);
  },
  "read elsewhere": () => Deno.readDirSync("/"),
  "run another program": () => new Deno.Command("ls").outputSync(),
  "run git": () =>
    new Deno.Command("git", { args: ["--version"] }).outputSync(),
  "ask another host": async () => {
    const { state } = await Deno.permissions.query({
      name: "net",
      host: "example.org",
    });
    if (state !== "granted") throw new Deno.errors.NotCapable(state);
  },
  "see HOME": () => {
    if (Deno.env.get("HOME") === undefined) {
      throw new Deno.errors.NotCapable("ignored");
    }
  },
  "load a library": () => {
    const { state } = Deno.permissions.querySync({
      name: "ffi",
      path: "/x.so",
    });
    if (state !== "granted") throw new Deno.errors.NotCapable(state);
  },
};

const done: string[] = [];
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    done.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(done)));
