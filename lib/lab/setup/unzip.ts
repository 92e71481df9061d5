import { dirname } from "node:path";

/** A file of a zip archive, as the directory at the archive's end has it. */
interface Member {
  readonly name: string;
  /** Whether it is deflated; else it is stored. */
  readonly isDeflated: boolean;
  /** Bytes of it in the archive. */
  readonly packedBytes: number;
  /** Where its header starts. */
  readonly offset: number;
}

/** Signatures and sizes of APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16. */
const END = { signature: 0x06054b50, bytes: 22 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const HEADER = { signature: 0x04034b50, bytes: 30 };
/** The end may have a comment behind it, of a length that 16 bits can tell. */
const LONGEST_END = END.bytes + 0xffff;

/**
 * Unpacks files of a zip archive. Neither the archive nor a file is held in
 * memory; archives of 4 GiB and more are not read.
 *
 * @param archive Path of the archive.
 * @param placeOf Where a file of it goes; undefined where it is not wanted.
 * @returns Names of what was unpacked.
 * @throws {Error} If the archive is damaged. What it holds is not checked beyond
 * that: its digest was.
 */
export async function unzipFiles(
  archive: string,
  placeOf: (name: string) => string | undefined,
): Promise<readonly string[]> {
  const unpacked: string[] = [];
  for (const member of await readDirectory(archive)) {
    if (member.name.endsWith("/")) continue;
    const path = placeOf(member.name);
    if (path === undefined) continue;
    await Deno.mkdir(dirname(path), { recursive: true });
    await unpack(archive, member, path);
    unpacked.push(member.name);
  }
  return unpacked;
}

async function readDirectory(archive: string): Promise<readonly Member[]> {
  using file = await Deno.open(archive);
  const { size } = await file.stat();
  const from = Math.max(0, size - LONGEST_END);
  const tail = await read(file, from, size - from);
  let at = tail.byteLength - END.bytes;
  while (at >= 0 && tail.getUint32(at, true) !== END.signature) at--;
  if (at < 0) throw damaged(archive, "it has no directory");
  const count = tail.getUint16(at + 10, true);
  const bytes = tail.getUint32(at + 12, true);
  const directory = await read(file, tail.getUint32(at + 16, true), bytes);
  const members: Member[] = [];
  const text = new TextDecoder();
  for (let i = 0, start = 0; i < count; i++) {
    if (directory.getUint32(start, true) !== ENTRY.signature) {
      throw damaged(archive, `entry ${i} of its directory is none`);
    }
    const method = directory.getUint16(start + 10, true);
    const nameBytes = directory.getUint16(start + 28, true);
    const rest = directory.getUint16(start + 30, true) +
      directory.getUint16(start + 32, true);
    const name = text.decode(
      new Uint8Array(directory.buffer, start + ENTRY.bytes, nameBytes),
    );
    if (method !== 0 && method !== 8) {
      throw damaged(archive, `"${name}" is packed by method ${method}`);
    }
    members.push({
      name,
      isDeflated: method === 8,
      packedBytes: directory.getUint32(start + 20, true),
      offset: directory.getUint32(start + 42, true),
    });
    start += ENTRY.bytes + nameBytes + rest;
  }
  return members;
}

async function unpack(
  archive: string,
  { name, isDeflated, packedBytes, offset }: Member,
  path: string,
): Promise<void> {
  const file = await Deno.open(archive);
  const header = await read(file, offset, HEADER.bytes);
  if (header.getUint32(0, true) !== HEADER.signature) {
    file.close();
    throw damaged(archive, `"${name}" does not start where it should`);
  }
  const start = offset + HEADER.bytes + header.getUint16(26, true) +
    header.getUint16(28, true);
  await file.seek(start, Deno.SeekMode.Start);
  // Closes the file when it ends or is cancelled.
  const packed = file.readable.pipeThrough(take(packedBytes));
  const content = isDeflated
    ? packed.pipeThrough(new DecompressionStream("deflate-raw"))
    : packed;
  await Deno.writeFile(path, content);
}

/** Lets so many bytes through and ends. */
function take(bytes: number): TransformStream<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
> {
  let left = bytes;
  return new TransformStream({
    start(controller) {
      if (left === 0) controller.terminate();
    },
    transform(chunk, controller) {
      const part = chunk.subarray(0, left);
      left -= part.length;
      if (part.length > 0) controller.enqueue(part);
      if (left === 0) controller.terminate();
    },
  });
}

async function read(
  file: Deno.FsFile,
  offset: number,
  bytes: number,
): Promise<DataView<ArrayBuffer>> {
  await file.seek(offset, Deno.SeekMode.Start);
  const buffer = new Uint8Array(bytes);
  for (let from = 0; from < bytes;) {
    const count = await file.read(buffer.subarray(from));
    if (count === null) {
      throw new Error("Cannot read: the archive is cut short");
    }
    from += count;
  }
  return new DataView(buffer.buffer);
}

function damaged(archive: string, fault: string): Error {
  return new Error(`Cannot unpack "${archive}": ${fault}`);
}
