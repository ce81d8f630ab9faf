// The ways to compress one stream of bytes, by the names that flows use.
import { Readable } from 'node:stream'
import type { Transform } from 'node:stream'
import {
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib'
import { ByteStream, TaskError } from '@batuta/plugin-sdk'
import { bzip2Decode } from './bzip2-decode.ts'
import { bzip2Encode } from './bzip2-encode.ts'
import { lz4BlockDecode, lz4BlockEncode, lz4FrameDecode, lz4FrameEncode } from './lz4.ts'
import { lzwDecode } from './lzw-decode.ts'
import { snappyDecode, snappyEncode, snappyFrameDecode, snappyFrameEncode } from './snappy-frame.ts'
import { lzmaDecode, xzDecode } from './xz-decode.ts'

export const COMPRESSIONS = [
  'BROTLI',
  'BZIP2',
  'DEFLATE',
  'DEFLATE64',
  'GZIP',
  'LZ4_BLOCK',
  'LZ4_FRAME',
  'LZMA',
  'SNAPPY',
  'SNAPPY_FRAME',
  'XZ',
  'Z',
  'ZSTD',
] as const
export type Compression = (typeof COMPRESSIONS)[number]

type Bytes = AsyncIterable<Uint8Array>
type Step = (bytes: Bytes) => Bytes

interface Codec {
  readonly extension: string
  readonly compress?: Step
  readonly decompress?: Step
}

const CODECS: Readonly<Record<Compression, Codec>> = {
  BROTLI: { extension: '.br', compress: through(createBrotliCompress), decompress: through(createBrotliDecompress) },
  BZIP2: { extension: '.bz2', compress: bzip2Encode, decompress: inBytes(bzip2Decode) },
  DEFLATE: { extension: '.zz', compress: through(createDeflate), decompress: through(createInflate) },
  DEFLATE64: { extension: '.deflate64' },
  GZIP: { extension: '.gz', compress: through(createGzip), decompress: through(createGunzip) },
  LZ4_BLOCK: { extension: '.lz4', compress: inBytes(lz4BlockEncode), decompress: inBytes(lz4BlockDecode) },
  LZ4_FRAME: { extension: '.lz4', compress: inBytes(lz4FrameEncode), decompress: inBytes(lz4FrameDecode) },
  LZMA: { extension: '.lzma', decompress: inBytes(lzmaDecode) },
  SNAPPY: { extension: '.snappy', compress: inBytes(snappyEncode), decompress: inBytes(snappyDecode) },
  SNAPPY_FRAME: { extension: '.sz', compress: inBytes(snappyFrameEncode), decompress: inBytes(snappyFrameDecode) },
  XZ: { extension: '.xz', decompress: inBytes(xzDecode) },
  Z: { extension: '.Z', decompress: inBytes(lzwDecode) },
  ZSTD: { extension: '.zst', compress: through(createZstdCompress), decompress: through(createZstdDecompress) },
}

export function extensionOf(compression: Compression): string {
  return CODECS[compression].extension
}

export function compress(compression: Compression, bytes: Bytes): Bytes {
  const step = CODECS[compression].compress
  if (step === undefined)
    throw new TaskError(`${compression} can be read, but not written; use one of ${namesOf('compress').join(', ')}`)
  return step(bytes)
}

export function decompress(compression: Compression, bytes: Bytes): Bytes {
  const step = CODECS[compression].decompress
  if (step === undefined)
    throw new TaskError(`${compression} cannot be read here; what can is ${namesOf('decompress').join(', ')}`)
  return guarded(step(bytes), compression)
}

function namesOf(way: 'compress' | 'decompress'): readonly string[] {
  return COMPRESSIONS.filter(name => CODECS[name][way] !== undefined)
}

/** What the libraries say of broken files is short of what file it is. */
async function* guarded(bytes: Bytes, compression: Compression): Bytes & AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (cause) {
    if (cause instanceof TaskError) throw cause
    throw new TaskError(`the file cannot be decompressed as ${compression}: is it compressed so, and whole?`, { cause })
  }
}

function through(open: () => Transform): Step {
  return async function* (bytes) {
    const source = Readable.from(bytes)
    const transform = open()
    source.on('error', error => transform.destroy(error))
    try {
      yield* source.pipe(transform)
    } finally {
      source.destroy()
    }
  }
}

function inBytes(step: (stream: ByteStream) => AsyncGenerator<Uint8Array>): Step {
  return async function* (bytes) {
    const stream = new ByteStream(bytes, 'the file')
    try {
      yield* step(stream)
    } finally {
      await stream.close()
    }
  }
}
