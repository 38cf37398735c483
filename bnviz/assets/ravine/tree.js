// Reads the bytes that bnviz/ui/ravine_payload.py packs: header length, JSON header, float32 arrays.

/** Return the tree with every array reference replaced by the typed array itself. */
export function decode(bytes) {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const length = new DataView(aligned.buffer, aligned.byteOffset, 4).getUint32(0, true);
  const text = new TextDecoder().decode(aligned.subarray(4, 4 + length));
  const start = aligned.byteOffset + 4 + length;
  return JSON.parse(text, (_name, node) =>
    node !== null && typeof node === "object" && "array" in node
      ? new Float32Array(aligned.buffer, start + node.array, node.length)
      : node,
  );
}
