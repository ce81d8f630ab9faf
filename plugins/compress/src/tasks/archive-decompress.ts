import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BombGuard, ByteStream, defineTask, mapFrom, p, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { ALGORITHMS, FILES_MAX, checkedName } from '../archive/archive.ts'
import type { Algorithm, ReadFile } from '../archive/archive.ts'
import { readAr, readCpio } from '../archive/ar-cpio.ts'
import { readTar } from '../archive/tar.ts'
import { readZip } from '../archive/zip.ts'
import { decompress } from '../codec/codecs.ts'
import { compression, fromFile } from './compression-property.ts'

const OTHERS_SHOWN = 10

export const archiveDecompress = defineTask({
  type: 'io.kestra.plugin.compress.ArchiveDecompress',
  title: 'Take the files out of an archive.',
  description:
    'Links and devices are left out. File names that lead out of the archive, and archives that grow beyond all measure, are refused.',
  properties: {
    algorithm: p
      .enum(...ALGORITHMS)
      .dynamic()
      .required()
      .group('main')
      .title('Kind of the archive.'),
    compression: compression
      .group('processing')
      .title('How the archive is compressed in addition, e.g. a TAR with GZIP.'),
    from: fromFile,
  },
  outputs: [{ name: 'files', type: 'map<uri>', description: 'The files, by their names in the archive.' }],
  metrics: [
    { name: 'size', type: 'counter', unit: 'bytes', description: 'Size of the files.' },
    { name: 'count', type: 'counter', unit: 'files', description: 'Number of files.' },
  ],
  examples: [
    {
      title: 'Read a file of an archive.',
      full: true,
      code: `id: unpack
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/data.tar.gz
  - id: unpack
    type: io.kestra.plugin.compress.ArchiveDecompress
    algorithm: TAR
    compression: GZIP
    from: "{{ outputs.download.uri }}"
  - id: rows
    type: io.kestra.plugin.serdes.csv.CsvToIon
    from: "{{ outputs.unpack.files['data/orders.csv'] }}"
`,
    },
  ],
  async run(ctx, props) {
    const from = await props.from.render()
    const kind = await props.compression.render()
    const opened = await ctx.files.open(from)
    // What is compressed twice is guarded where it grows first, too.
    const packedBytes = await ctx.files.size(from)
    const bytes = kind === undefined ? opened : new BombGuard(packedBytes).watch(decompress(kind, opened))
    const guard = new BombGuard(packedBytes)
    const uris = new Map<string, string>()
    try {
      for await (const file of await read(ctx, await props.algorithm.render(), bytes)) {
        ctx.signal.throwIfAborted()
        const name = checkedName(file.name)
        if (name === '') continue
        if (uris.size >= FILES_MAX) throw new TaskError(`the archive has more than ${FILES_MAX} files`)
        const extension = /\.\w{1,10}$/.exec(name)?.[0] ?? '.tmp'
        uris.set(name, await ctx.files.put(guard.watch(file.bytes), { extension }))
      }
    } catch (error) {
      // Nobody is told of them.
      for (const uri of uris.values()) await ctx.files.delete(uri)
      throw error
    }
    ctx.metrics.counter('size', guard.plainBytes)
    ctx.metrics.counter('count', uris.size)
    return { files: mapFrom(uris) }
  },
})

async function read(
  ctx: RunContext,
  algorithm: Algorithm,
  bytes: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<ReadFile>> {
  switch (algorithm) {
    case 'TAR':
      return readTar(new ByteStream(bytes, 'the tar archive'), tellOfOthers(ctx))
    case 'ZIP':
    case 'JAR': {
      const path = await ctx.workingDir.createPath('.zip')
      await pipeline(Readable.from(bytes), createWriteStream(path))
      return readZip(path)
    }
    case 'CPIO':
      return readCpio(new ByteStream(bytes, 'the cpio archive'))
    case 'AR':
      return readAr(new ByteStream(bytes, 'the ar archive'))
    case 'ARJ':
    case 'DUMP':
      throw new TaskError(`${algorithm} archives cannot be read here; repack the files as TAR or ZIP`)
  }
}

function tellOfOthers(ctx: RunContext): (name: string) => void {
  let told = 0
  return name => {
    if (++told <= OTHERS_SHOWN)
      ctx.logger.warn(`"${name.slice(0, 200)}" is left out: it is a link or a device, and no file`)
  }
}
