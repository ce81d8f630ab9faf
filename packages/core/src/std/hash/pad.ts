/** The message with a 1 bit, zeros and its length in bits, up to whole blocks; the common frame of MD5 and SHA. */
export function padMessage(
  bytes: Uint8Array,
  { blockBytes, lengthBytes, isLittleEndian }: { blockBytes: number; lengthBytes: number; isLittleEndian: boolean },
): DataView {
  const length = Math.ceil((bytes.length + 1 + lengthBytes) / blockBytes) * blockBytes
  const padded = new Uint8Array(length)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  const high = Math.floor(bytes.length / 2 ** 29)
  const low = (bytes.length << 3) >>> 0
  const at = length - 8
  view.setUint32(isLittleEndian ? at : at + 4, low, isLittleEndian)
  view.setUint32(isLittleEndian ? at + 4 : at, high, isLittleEndian)
  return view
}

export function wordsToBytes(words: Uint32Array | readonly number[], isLittleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, index) => view.setUint32(index * 4, word >>> 0, isLittleEndian))
  return bytes
}
