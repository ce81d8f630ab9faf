import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { defineTask, TaskError } from '@batuta/plugin-sdk'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { encodeIon } from '../ion.ts'
import { bareSchema, parquetValue, schemaTree } from './parquet-values.ts'
import { PAGE_COMPRESSORS } from './parquet-pages.ts'

/** Rows that are held at a time. */
const ROWS_AT_ONCE = 50_000

export const parquetToIon = defineTask({
  type: 'io.kestra.plugin.serdes.parquet.ParquetToIon',
  aliases: ['io.kestra.plugin.serdes.parquet.ParquetReader'],
  title: 'Convert a Parquet file into rows.',
  description:
    'Decimals stay exact, dates and moments keep every digit. Pages compressed with snappy, gzip, zstd or brotli are read; a row group is in memory while it is.',
  properties: { from: fromProperty('Parquet') },
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read a Parquet file.',
      full: true,
      code: `id: parquet_to_ion
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: rows
    type: io.kestra.plugin.serdes.parquet.ParquetToIon
    from: "{{ inputs.file }}"
`,
    },
  ],
  async run(ctx, props) {
    // The end of the file says where everything is: it is read from the disk and not as a stream.
    const path = await ctx.workingDir.createPath('.parquet')
    await ctx.files.copyTo(await props.from.render(), path)
    const file = await open(path)
    try {
      let size = 0
      const lines = async function* (): AsyncGenerator<string> {
        for await (const values of readParquet(file)) {
          ctx.signal.throwIfAborted()
          size += values.length
          yield `${values.join('\n')}\n`
        }
      }
      const uri = await ctx.files.put(lines(), { extension: '.ion' })
      ctx.metrics.counter('records', size)
      return { uri, size }
    } finally {
      await file.close()
    }
  },
})

/** The rows as lines of Ion, in portions. */
async function* readParquet(handle: FileHandle): AsyncGenerator<readonly string[]> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
  const file = await bufferOf(handle)
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw new TaskError('the file is no Parquet file', { cause })
  })
  const tree = schemaTree(metadata.schema)
  const bare: FileMetaData = { ...metadata, schema: bareSchema(metadata.schema) }
  let groupStart = 0
  for (const { num_rows: rows } of metadata.row_groups) {
    const groupEnd = groupStart + Number(rows)
    for (let rowStart = groupStart; rowStart < groupEnd; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, groupEnd)
      const values = await parquetReadObjects({
        file,
        metadata: bare,
        rowStart,
        rowEnd,
        utf8: false,
        compressors: PAGE_COMPRESSORS,
        parsers,
      })
      if (values.length > 0) yield values.map(value => encodeIon(parquetValue(tree, value)))
    }
    groupStart = groupEnd
  }
}

/** Twelve-byte moments are the only ones that the reader makes something of. */
const parsers = { timestampFromNanoseconds: (nanos: bigint): bigint => nanos }

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size: byteLength } = await handle.stat()
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new ArrayBuffer(Math.max(0, end - start))
      await handle.read({ buffer: new Uint8Array(bytes), position: start })
      return bytes
    },
  }
}
