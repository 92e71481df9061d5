import { infoField } from "../connect.ts";

/** What a server is, "Redis 7.0.15", by its answer to INFO. */
export function titleOf(info: string): string {
  const valkey = infoField(info, "valkey_version");
  return valkey === undefined
    ? `Redis ${infoField(info, "redis_version")}`
    : `Valkey ${valkey}`;
}
