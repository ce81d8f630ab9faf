import { defineTask, p, renderAll } from '@batuta/plugin-sdk'
import { parseAvroSchema } from '../avro/avro-schema.ts'
import { ByteWriter } from '../avro/byte-writer.ts'
import { badLines, conformProperties } from '../avro/conform-properties.ts'
import { Conformer } from '../avro/conform.ts'
import { openTypedRows } from '../avro/typed-rows.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { newShredder } from './shred.ts'
import type { Shredder } from './shred.ts'
import { i32, i64, list, struct, text, writeStruct } from './thrift.ts'
import type { Thrift } from './thrift.ts'

const MAGIC = Buffer.from('PAR1')
/** A row group waits in memory until it is whole. */
const ROW_GROUP_BYTES_MAX = 64 * 1024 * 1024

const properties = {
  from: fromProperty('row'),
  ...conformProperties,
  compressionCodec: p
    .enum('UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD')
    .dynamic()
    .default('GZIP')
    .title('How the pages of the file are compressed.'),
  parquetVersion: p.enum('V1', 'V2').dynamic().default('V2').group('advanced').title('Version of the data pages.'),
  rowGroupSize: p
    .integer()
    .dynamic()
    .default(134217728)
    .group('advanced')
    .title('Size of a row group in bytes; no more than 64 MB are taken.'),
  pageSize: p.integer().dynamic().default(1048576).group('advanced').title('Size of a page in bytes.'),
  dictionaryPageSize: p
    .integer()
    .dynamic()
    .default(1048576)
    .group('advanced')
    .title('Size of a dictionary in bytes; files are written without dictionaries, so that it changes nothing.'),
}

export const ionToParquet = defineTask({
  type: 'io.kestra.plugin.serdes.parquet.IonToParquet',
  aliases: ['io.kestra.plugin.serdes.parquet.ParquetWriter'],
  title: 'Write rows as a Parquet file.',
  description:
    'The schema is one of Avro: the one given, or what the first rows agree on. Numbers and moments are never rounded: what does not fit makes the row a bad one.',
  properties,
  outputs: fileOutputs('The Parquet file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Save the result of a query as Parquet.',
      full: true,
      code: `id: query_to_parquet
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: parquet
    type: io.kestra.plugin.serdes.parquet.IonToParquet
    from: "{{ outputs.query.uri }}"
    compressionCodec: ZSTD
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { schema, batches } = await openTypedRows(ctx, options)
    const type = parseAvroSchema(schema)
    const conformer = new Conformer(options)
    const bad = badLines(options.onBadLines, ctx.logger)
    const { compressionCodec: codec, parquetVersion: version, pageSize: pageBytes } = options
    const file = new ParquetFile(newShredder(type, { codec, version, pageBytes }), options.rowGroupSize)
    let row = 0
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield file.begin()
      for await (const batch of batches) {
        ctx.signal.throwIfAborted()
        for (const value of batch) {
          row++
          try {
            // Whole or not at all: what does not fit is refused before a column has any of it.
            file.add(conformer.conform(type, value))
          } catch (error) {
            bad.refuse(row, error)
          }
          if (file.isFull) yield* file.endGroup()
        }
      }
      yield* file.endGroup()
      yield file.end(schema)
    }
    const uri = await ctx.files.put(bytes(), { extension: '.parquet' })
    bad.end()
    ctx.metrics.counter('records', file.size)
    return { uri, size: file.size }
  },
})

class ParquetFile {
  size = 0
  readonly #shredder: Shredder
  readonly #groupBytesMax: number
  readonly #groups: Thrift[] = []
  #offset = 0
  #rows = 0

  constructor(shredder: Shredder, groupBytes: number) {
    this.#shredder = shredder
    this.#groupBytesMax = Math.min(Math.max(groupBytes, 1024), ROW_GROUP_BYTES_MAX)
  }

  begin(): Buffer {
    this.#offset = MAGIC.length
    return MAGIC
  }

  add(row: ReturnType<Conformer['conform']>): void {
    this.#shredder.add(row)
    this.#rows++
    this.size++
    if (this.#rows % 64 === 0) for (const column of this.#shredder.columns) column.endPageIfFull()
  }

  get isFull(): boolean {
    if (this.#rows % 64 !== 0) return false
    return this.#shredder.columns.reduce((sum, { bytes }) => sum + bytes, 0) >= this.#groupBytesMax
  }

  *endGroup(): Generator<Buffer> {
    if (this.#rows === 0) return
    const chunks: Thrift[] = []
    let plainBytes = 0
    for (const column of this.#shredder.columns) {
      const { bytes, chunk } = column.take(this.#offset)
      plainBytes += bytes.length
      this.#offset += bytes.length
      chunks.push(chunk)
      yield bytes
    }
    this.#groups.push(struct([1, list(chunks)], [2, i64(plainBytes)], [3, i64(this.#rows)]))
    this.#rows = 0
  }

  end(schema: string): Buffer {
    const writer = new ByteWriter()
    const avro = struct([1, text('parquet.avro.schema')], [2, text(schema)])
    writeStruct(writer, [
      [1, i32(1)],
      [2, list(this.#shredder.elements)],
      [3, i64(this.size)],
      [4, list(this.#groups.length === 0 ? [] : this.#groups)],
      [5, list([avro])],
      [6, text('batuta')],
    ])
    writer.int32(writer.length)
    writer.bytes(MAGIC)
    return writer.take()
  }
}
