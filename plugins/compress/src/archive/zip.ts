// zip: written as a stream, read from the disk, as its end says what it holds.
import { isUtf8 } from 'node:buffer'
import { PassThrough, Readable } from 'node:stream'
import { TaskError } from '@batuta/plugin-sdk'
import type { Entry } from 'yauzl'
import type { ArchiveFile, ReadFile } from './archive.ts'

export async function writeZip(files: readonly ArchiveFile[]): Promise<AsyncIterable<Uint8Array>> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  const output = new PassThrough()
  zip.outputStream.pipe(output)
  for (const { name, open } of files) {
    // Not opened before it is its turn.
    const stream = Readable.from(bytesOf(open))
    stream.on('error', error => output.destroy(error))
    zip.addReadStream(stream, name)
  }
  zip.end()
  return output
}

async function* bytesOf(open: ArchiveFile['open']): AsyncGenerator<Uint8Array> {
  yield* await open()
}

export async function* readZip(path: string): AsyncGenerator<ReadFile> {
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw new TaskError('the file is no zip archive', { cause })
  })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      if (entry.isEncrypted())
        throw new TaskError(`the file "${entry.fileName}" of the zip archive is protected by a password`)
      yield { name: nameOf(entry), bytes: await zip.openReadStreamPromise(entry) }
    }
  } catch (cause) {
    if (cause instanceof TaskError) throw cause
    throw new TaskError('the zip archive cannot be read', { cause })
  } finally {
    zip.close()
  }
}

/** Programs on Unix write names in UTF-8, whether they say so or not. */
function nameOf({ fileName, fileNameRaw }: Entry): string {
  return isUtf8(fileNameRaw) ? fileNameRaw.toString('utf8') : fileName
}
