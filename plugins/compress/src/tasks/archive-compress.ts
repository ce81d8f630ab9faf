import { TaskError, decodeValue, defineTask, isMap, mapEntries, p, plainText } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { ALGORITHMS, FILES_MAX, checkedName } from '../archive/archive.ts'
import type { Algorithm, ArchiveFile } from '../archive/archive.ts'
import { writeAr, writeCpio } from '../archive/ar-cpio.ts'
import { writeTar } from '../archive/tar.ts'
import { writeZip } from '../archive/zip.ts'
import { compress, extensionOf } from '../codec/codecs.ts'
import { compression } from './compression-property.ts'

/** The same files make the same archive: it does not say when it was made. */
const MADE_SECONDS = 315_532_800

export const archiveCompress = defineTask({
  type: 'io.kestra.plugin.compress.ArchiveCompress',
  title: 'Put files into an archive.',
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
    from: p.any().required().group('main').title('The files: a map from their names in the archive to their URIs.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The archive.' }],
  examples: [
    {
      title: 'Two files in one archive.',
      full: true,
      code: `id: archive_files
namespace: company.team
inputs:
  - id: report
    type: FILE
  - id: data
    type: FILE
tasks:
  - id: archive
    type: io.kestra.plugin.compress.ArchiveCompress
    algorithm: ZIP
    from:
      report.md: "{{ inputs.report }}"
      data/rows.csv: "{{ inputs.data }}"
`,
    },
  ],
  async run(ctx, props) {
    const algorithm = await props.algorithm.render()
    const kind = await props.compression.render()
    const raw = props.from.raw ?? null
    const files = await filesOf(ctx, typeof raw === 'string' ? await ctx.renderTyped(raw) : await ctx.renderDeep(raw))
    const archive = await write(algorithm, files)
    const bytes = kind === undefined ? archive : compress(kind, archive)
    const extension = `.${algorithm.toLowerCase()}${kind === undefined ? '' : extensionOf(kind)}`
    return { uri: await ctx.files.put(bytes, { extension }) }
  },
})

async function filesOf(ctx: RunContext, from: Value): Promise<readonly ArchiveFile[]> {
  const map = typeof from === 'string' && from.trim().startsWith('{') ? decodeValue(from) : from
  if (!isMap(map))
    throw new TaskError('`from` must be a map from names to URIs, e.g. `data.csv: "{{ outputs.download.uri }}"`')
  const files: ArchiveFile[] = []
  for (const [name, value] of mapEntries(map)) {
    const uri = plainText(value ?? '').trim()
    files.push({ name: checkedName(name), size: await ctx.files.size(uri), open: () => ctx.files.open(uri) })
  }
  if (files.length === 0) throw new TaskError('`from` names no file')
  if (files.length > FILES_MAX) throw new TaskError(`an archive may have ${FILES_MAX} files here, not ${files.length}`)
  return files
}

async function write(algorithm: Algorithm, files: readonly ArchiveFile[]): Promise<AsyncIterable<Uint8Array>> {
  switch (algorithm) {
    case 'TAR':
      return writeTar(files, MADE_SECONDS)
    case 'ZIP':
    case 'JAR':
      return await writeZip(files)
    case 'CPIO':
      return writeCpio(files, MADE_SECONDS)
    case 'AR':
      return writeAr(files, MADE_SECONDS)
    case 'ARJ':
    case 'DUMP':
      throw new TaskError(`${algorithm} archives cannot be written; use TAR or ZIP`)
  }
}
