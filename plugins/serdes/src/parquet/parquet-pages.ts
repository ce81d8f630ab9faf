// How the pages of a Parquet file are unpacked: each whole in memory, so that none grows to more than it says, and none says too much.
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { snappyDecompress, TaskError } from '@batuta/plugin-sdk'

const PAGE_BYTES_MAX = 2 ** 30

export const PAGE_COMPRESSORS: Compressors = {
  SNAPPY: input => snappyDecompress(input),
  GZIP: within(gunzipSync),
  ZSTD: within(zstdDecompressSync),
  BROTLI: within(brotliDecompressSync),
}

type Unpack = (input: Uint8Array, limits: { readonly maxOutputLength: number }) => Uint8Array

function within(unpack: Unpack): (input: Uint8Array, size: number) => Uint8Array {
  return (input, size) => {
    if (size > PAGE_BYTES_MAX) throw new TaskError(`a page of the Parquet file says that it is ${size} bytes large`)
    try {
      return unpack(input, { maxOutputLength: Math.max(size, 1) })
    } catch (cause) {
      throw new TaskError('a page of the Parquet file is damaged, or larger than it says', { cause })
    }
  }
}
