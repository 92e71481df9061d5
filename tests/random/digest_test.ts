import assert from "node:assert/strict";
import { sha256Hex } from "../../lib/random/mod.ts";

Deno.test("sha256Hex() gives the published digests when the input is a FIPS 180-4 example", () => {
  assert.equal(
    sha256Hex(""),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  assert.equal(
    sha256Hex("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assert.equal(
    sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

Deno.test("sha256Hex() agrees on bytes and text when the bytes are the text's UTF-8", () => {
  const text = "größer als 1 → ✓";
  assert.equal(sha256Hex(new TextEncoder().encode(text)), sha256Hex(text));
});

Deno.test("sha256Hex() reads only the view when it is part of a buffer", () => {
  const bytes = new TextEncoder().encode("xabcx");
  assert.equal(sha256Hex(bytes.subarray(1, 4)), sha256Hex("abc"));
});
