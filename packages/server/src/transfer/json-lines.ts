// Lines of JSON in a file: written with a hash and read one by one, however long the file is.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { trust } from '@batuta/core'
import type { BackedUpFile } from '../backup/manifest.ts'

const BUFFER_MAX = 256 * 1024

export interface LineWriter {
  write(line: object): Promise<void>
  readonly count: number
}

/** The file is on disk when this returns. */
export async function writeLines<T>(
  { path, name }: { readonly path: string; readonly name: string },
  fill: (writer: LineWriter) => Promise<T>,
): Promise<{ readonly result: T; readonly file: BackedUpFile; readonly count: number }> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', FILE_MODE)
  let buffer = ''
  let sizeBytes = 0
  let count = 0
  const drain = async (): Promise<void> => {
    const bytes = Buffer.from(buffer, 'utf8')
    buffer = ''
    hash.update(bytes)
    sizeBytes += bytes.length
    await file.writeFile(bytes)
  }
  try {
    const writer: LineWriter = {
      write: async line => {
        buffer += `${JSON.stringify(line)}\n`
        count += 1
        if (buffer.length >= BUFFER_MAX) await drain()
      },
      get count() {
        return count
      },
    }
    const result = await fill(writer)
    await drain()
    await file.sync()
    return { result, file: { path: name, sizeBytes, sha256: hash.digest('hex') }, count }
  } finally {
    await file.close()
  }
}

const FILE_MODE = 0o600

/** What the lines are was checked by the hash of the file. */
export async function* readLines<Line>(path: string): AsyncGenerator<Line> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity })
  for await (const line of lines) if (line !== '') yield trust<Line>(JSON.parse(line))
}
