// Reads the bytes that bnviz/ui/payload.py packs: header length, JSON header, arrays.

const TYPES = {
  float32: Float32Array,
  int32: Int32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
};

/** Return the header with every array reference replaced by the typed array itself. */
export function decode(bytes) {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(aligned.buffer, aligned.byteOffset, 4);
  const length = view.getUint32(0, true);
  const text = new TextDecoder().decode(aligned.subarray(4, 4 + length));
  const header = JSON.parse(text);
  const start = aligned.byteOffset + 4 + length;
  const arrayOf = (reference) =>
    new TYPES[reference.type](aligned.buffer, start + reference.offset, reference.length);
  header.steps = Array.from(arrayOf(header.steps));
  for (const picture of header.pictures) {
    for (const table of picture.tables) {
      for (const column of table.columns) {
        if (column.array) column.array = arrayOf(column.array);
      }
    }
  }
  return header;
}
