/**
 * Trainings on many machines: a producer puts jobs on a Redis or Valkey server,
 * workers of the same engine take them. BullMQ does the queueing.
 *
 * What lies on the server is data, never code, and each side checks what it reads.
 * Bytes are named by their digests. Nothing there is needed for good: what is lost
 * or expires is put there again, or trained again, to the same bits.
 *
 * @module
 */
export * from "./address.ts";
export type { ConnectOptions } from "./connect.ts";
export * from "./connection.ts";
export * from "./errors.ts";
export * from "./executor.ts";
export * from "./names.ts";
export { PRESENCE_SECONDS, type WorkerPresence } from "./presence.ts";
export * from "./server/clear.ts";
export * from "./server/start.ts";
export * from "./server/status.ts";
export * from "./server/stop.ts";
export * from "./times.ts";
export * from "./verify.ts";
export * from "./worker.ts";
