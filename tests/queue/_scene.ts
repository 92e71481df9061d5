import type { Engine } from "../../lib/engine/mod.ts";
import type { PieceCache } from "../../lib/queue/_blobs.ts";
import { type Consumer, createConsumer } from "../../lib/queue/consumer.ts";
import {
  createQueueExecutor,
  type QueueExecutor,
  type QueueTimes,
} from "../../lib/queue/mod.ts";
import { ENGINE, SHORT } from "./_executors.ts";
import { DATA } from "./_problem.ts";
import { TestServer, WITHOUT_SERVER } from "./_server.ts";

/** A server, and whoever a test lets use it; all are gone afterwards. */
export class Scene {
  readonly server: TestServer;
  readonly #ends: (() => Promise<unknown>)[] = [];

  constructor(server: TestServer) {
    this.server = server;
  }

  /** A producer that knows the data. */
  async producer(
    { threads = 0, times = {} }: {
      readonly threads?: number;
      readonly times?: Partial<QueueTimes>;
    } = {},
  ): Promise<QueueExecutor> {
    const executor = await createQueueExecutor({
      address: this.server.address,
      engine: ENGINE,
      threads,
      times: { ...SHORT, ...times },
    });
    this.#ends.push(() => executor.close());
    executor.register(DATA);
    return executor;
  }

  /** A worker within this process. */
  async worker(
    { engine = ENGINE, threads = 1, ...others }: {
      readonly engine?: Pick<Engine, "name" | "version" | "instructionSet">;
      readonly threads?: number;
      readonly code?: string;
      readonly cache?: PieceCache;
      readonly mostBytes?: number;
    } = {},
  ): Promise<Consumer> {
    const redis = await this.server.connect();
    const consumer = createConsumer({
      redis,
      engine,
      threads,
      times: SHORT,
      ...others,
    });
    this.#ends.push(async () => {
      await consumer.leave();
      redis.disconnect();
    });
    return consumer;
  }

  /** Lets something be ended with the test. */
  use<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.#ends.push(async () => await thing[Symbol.asyncDispose]());
    return thing;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
    await this.server[Symbol.asyncDispose]();
  }
}

/** A test with a server of its own. */
export function queueTest(
  name: string,
  body: (scene: Scene) => Promise<void>,
): void {
  Deno.test({
    name: WITHOUT_SERVER === undefined
      ? name
      : `${name} (skipped, because ${WITHOUT_SERVER})`,
    ignore: WITHOUT_SERVER !== undefined,
    // Connections end a moment after they are let go.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const scene = new Scene(await TestServer.start());
      try {
        await body(scene);
      } finally {
        await scene.end();
      }
    },
  });
}
