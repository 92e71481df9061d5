/** What an answer must agree with to be the rest of a file that has begun. */
export interface Origin {
  /** Address of the file. */
  readonly url: string;
  /** Strong entity tag, in its quotes, or date of the last change. */
  readonly validator: string;
  /** Length of the whole file. */
  readonly totalBytes: number;
}

/**
 * The headers that ask for a file, or for the rest of it, as it is stored: a
 * server that packs on the way would count other bytes than the file has.
 */
export function requestHeaders(
  bytes: number,
  origin: Origin | undefined,
): Readonly<Record<string, string>> {
  const asStored = { "accept-encoding": "identity" };
  if (bytes === 0 || origin === undefined) return asStored;
  return {
    ...asStored,
    "range": `bytes=${bytes}-`,
    "if-range": origin.validator,
  };
}

/**
 * What a whole answer says of its file; undefined when that is too little to
 * recognise the file again, so that a rest could be joined to another file.
 */
export function originOf(url: string, headers: Headers): Origin | undefined {
  const validator = strongValidator(headers);
  const totalBytes = lengthOf(headers);
  return validator === undefined || totalBytes === undefined
    ? undefined
    : { url, validator, totalBytes };
}

/** The length that an answer announces. */
export function lengthOf(headers: Headers): number | undefined {
  const length = Number(headers.get("content-length") ?? NaN);
  return length > 0 ? length : undefined;
}

/** Whether an answer of status 206 goes on at a byte of the same file. */
export function goesOn(
  headers: Headers,
  { bytes, origin }: { readonly bytes: number; readonly origin: Origin },
): boolean {
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(
    headers.get("content-range") ?? "",
  );
  // Some servers pass over If-Range, so their answer is looked at too.
  const found = headers.get(
    origin.validator.startsWith('"') ? "etag" : "last-modified",
  );
  return range !== null && Number(range[1]) === bytes &&
    Number(range[2]) === origin.totalBytes &&
    (found === null || found === origin.validator);
}

/**
 * What If-Range may name, by RFC 9110, sections 13.1.5 and 8.8.2.2: a strong
 * entity tag; or, of a server that has no tags, a date at least a second before
 * the answer's, as a file may change twice in a second.
 */
function strongValidator(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return /^"[^"]*"$/.test(tag) ? tag : undefined;
  const modified = headers.get("last-modified");
  const sent = headers.get("date");
  return modified !== null && sent !== null &&
      Date.parse(sent) - Date.parse(modified) >= 1000
    ? modified
    : undefined;
}
