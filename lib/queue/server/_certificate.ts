import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import {
  ifThere,
  runCommand,
  UsageError,
  writeFileAtomic,
} from "../../cli/mod.ts";
import type { ServerHost } from "./_host.ts";
import type { ServerPaths } from "./_paths.ts";

/** As long as a server's folder is likely to be kept. */
const DAYS = 3650;

/**
 * The certificate that a server shows, signed by itself: workers trust it because
 * it comes in their queue.json. One that is there already is used again, so that a
 * restart asks nothing of them.
 *
 * @param host Whom it names, beside localhost for tunnels.
 * @param paths Where it is kept.
 * @returns The certificate, PEM.
 * @throws {UsageError} If it has to be made and there is no openssl.
 */
export async function ensureCertificate(
  host: ServerHost,
  paths: ServerPaths,
): Promise<string> {
  const old = await ifThere(() => Deno.readTextFile(paths.certificate));
  const key = await ifThere(() => Deno.stat(paths.key));
  if (old !== undefined && key !== undefined && names(old, host)) return old;
  const config = join(paths.folder, "certificate.conf");
  await writeFileAtomic(config, requestText(host));
  // The key is made under a mask of its own by openssl (0600).
  const result = await runCommand("openssl", [
    ...["req", "-x509", "-newkey", "rsa:3072", "-nodes", "-sha256"],
    ...["-days", `${DAYS}`, "-config", config],
    ...["-keyout", paths.key, "-out", paths.certificate],
  ]);
  if (result === undefined) {
    throw new UsageError(
      "--tls: there is no openssl on the PATH to make a certificate with, " +
        "expected one (apt install openssl), or leave --tls out and join through " +
        "an SSH tunnel",
    );
  }
  if (result.code !== 0) {
    throw new Error(
      `Cannot make a certificate: openssl ended with code ${result.code}: ` +
        result.stderr.trim(),
    );
  }
  await Deno.chmod(paths.key, 0o600);
  return await Deno.readTextFile(paths.certificate);
}

function names(pem: string, { host, address }: ServerHost): boolean {
  const certificate = new X509Certificate(pem);
  return certificate.checkHost(host) !== undefined ||
    certificate.checkIP(host) !== undefined &&
      certificate.checkIP(address) !== undefined;
}

/** What openssl is asked for: a server's certificate, no authority's. */
function requestText({ host, address }: ServerHost): string {
  const isName = host !== address;
  const ips = new Set(["127.0.0.1", "::1", address]);
  const alternatives = [
    "DNS:localhost",
    ...(isName && host !== "localhost" ? [`DNS:${host}`] : []),
    ...[...ips].map((ip) => `IP:${ip}`),
  ];
  return [
    "[req]",
    "prompt = no",
    "distinguished_name = name",
    "x509_extensions = extensions",
    "[name]",
    "CN = n2n queue",
    "[extensions]",
    "basicConstraints = critical, CA:FALSE",
    "extendedKeyUsage = serverAuth",
    `subjectAltName = ${alternatives.join(", ")}`,
    "",
  ].join("\n");
}
