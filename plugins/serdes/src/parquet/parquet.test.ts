import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { ionToParquet } from './ion-to-parquet.ts'
import { PAGE_COMPRESSORS } from './parquet-pages.ts'
import { parquetToIon } from './parquet-to-ion.ts'

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

async function convert(
  run: TestRun,
  task: unknown,
  source: string | Uint8Array,
  properties: ValueMap = {},
): Promise<TestResult> {
  const from = await run.ctx.files.put(source, { extension: '.x' })
  return await runTask(task as TaskDefinition, { from, ...properties }, run)
}

async function bytesOf(run: TestRun, { outputs, message }: TestResult): Promise<Buffer> {
  assert.equal(message, undefined)
  const chunks: Uint8Array[] = []
  for await (const chunk of await run.ctx.files.open(String(outputs['uri']))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const ROWS = [
  '{"id":1,"name":"Ada","price":12.30,"ratio":0.5e0,"at":2024-02-29T12:30:45.123456Z,"tags":["a","b"],"deep":{"ok":true,"n":null},"none":null}',
  '{"id":9007199254740993,"name":null,"price":-0.05,"ratio":null,"at":1969-12-31T23:59:59.999999Z,"tags":[],"deep":{"ok":false,"n":7},"none":null}',
  '{"id":3,"name":"Eve","price":null,"ratio":1e0,"at":null,"tags":null,"deep":null,"none":"x"}',
].join('\n')

for (const parquetVersion of ['V1', 'V2'])
  for (const compressionCodec of ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'])
    test(`rows go to Parquet and back as they were (${parquetVersion}, ${compressionCodec})`, async t => {
      const run = await openRun(t)

      const written = await convert(run, ionToParquet, ROWS, { parquetVersion, compressionCodec })
      const read = await convert(run, parquetToIon, await bytesOf(run, written))

      assert.equal(read.outputs['size'], 3)
      const lines = (await bytesOf(run, read)).toString().split('\n')
      assert.equal(
        lines[0],
        '{"id":1,"name":"Ada","price":12.30,"ratio":0.5e0,"at":2024-02-29T12:30:45.123456Z,"tags":["a","b"],"deep":{"ok":true,"n":null},"none":null}',
      )
      assert.equal(
        lines[1],
        '{"id":9007199254740993,"name":null,"price":-0.05,"ratio":null,"at":1969-12-31T23:59:59.999999Z,"tags":[],"deep":{"ok":false,"n":7},"none":null}',
      )
      assert.equal(
        lines[2],
        '{"id":3,"name":"Eve","price":null,"ratio":1e0,"at":null,"tags":null,"deep":null,"none":"x"}',
      )
    })

test('another implementation reads what is written: many row groups and pages, maps, enums, dates', async t => {
  const run = await openRun(t)
  const schema = `{"type":"record","name":"R","fields":[
    {"name":"n","type":"int"},{"name":"even","type":"boolean"},
    {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},
    {"name":"m","type":{"type":"map","values":["null","long"]}},
    {"name":"l","type":{"type":"array","items":{"type":"array","items":"string"}}},
    {"name":"day","type":["null",{"type":"int","logicalType":"date"}]}]}`
  const rows = Array.from({ length: 5000 }, (_, n) =>
    JSON.stringify({
      ...{ n, even: n % 2 === 0, e: n % 3 === 0 ? 'A' : 'B', m: n % 5 === 0 ? {} : { a: n, b: null } },
      ...{ l: n % 7 === 0 ? [] : [[`x${n}`], [], ['y', 'z']], day: n % 4 === 0 ? null : '2020-02-29' },
    }),
  )

  const written = await convert(run, ionToParquet, rows.join('\n'), { schema, rowGroupSize: 20_000, pageSize: 2000 })

  const file = (await bytesOf(run, written)).buffer as ArrayBuffer
  const found = await parquetReadObjects({ file, compressors: { GZIP: input => gunzip(input) } })
  assert.equal(found.length, 5000)
  assert.deepEqual(found[1], {
    ...{ n: 1, even: false, e: 'B', m: { a: 1n, b: null }, l: [['x1'], [], ['y', 'z']] },
    day: new Date('2020-02-29'),
  })
  assert.deepEqual(found[4235], {
    ...{ n: 4235, even: false, e: 'B', m: {}, l: [], day: new Date('2020-02-29') },
  })
})

test('what another implementation wrote is read', async t => {
  const run = await openRun(t)
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 's', data: ['a', 'b', null], type: 'STRING' },
      { name: 'at', data: [new Date(1), null, new Date(3)], type: 'TIMESTAMP' },
      { name: 'd', data: [1.5, 2, 3], type: 'DOUBLE' },
      { name: 'big', data: [1n, 2n, 1n << 62n], type: 'INT64' },
      { name: 'json', data: [{ a: 1 }, [1], null], type: 'JSON' },
    ],
  })

  const read = await convert(run, parquetToIon, new Uint8Array(bytes))

  assert.equal(
    (await bytesOf(run, read)).toString(),
    `{"s":"a","at":1970-01-01T00:00:00.001Z,"d":1.5e0,"big":1,"json":"{\\"a\\":1}"}
{"s":"b","at":null,"d":2e0,"big":2,"json":"[1]"}
{"s":null,"at":1970-01-01T00:00:00.003Z,"d":3e0,"big":4611686018427387904,"json":null}
`,
  )
})

test('what is no Parquet file, or cannot become one, is said', async t => {
  const run = await openRun(t)

  const noFile = await convert(run, parquetToIon, 'a,b\n1,2\n')
  const empty = await convert(run, ionToParquet, '')
  const mixed = await convert(run, ionToParquet, '{"a":1}', {
    schema: '{"type":"record","name":"R","fields":[{"name":"a","type":["int","string"]}]}',
  })

  assert.match(noFile.message ?? '', /the file is no Parquet file/)
  assert.match(empty.message ?? '', /needs at least one field/)
  assert.match(mixed.message ?? '', /the field "a" has several types at once/)
})

for (const compressionCodec of ['GZIP', 'ZSTD'] as const)
  test(`a page that grows to more than it says, or says too much, is refused (${compressionCodec})`, async t => {
    const run = await openRun(t)
    const rows = Array.from({ length: 50_000 }, (_, at) => `{"n":${at % 7}}`).join('\n')
    const file = await bytesOf(run, await convert(run, ionToParquet, rows, { compressionCodec }))
    const { row_groups: groups } = parquetMetadata(new Uint8Array(file).buffer)
    const page = Number(groups[0]?.columns[0]?.meta_data?.data_page_offset)

    const changed = await convert(run, parquetToIon, withPageSize(file, page, 1_000))

    assert.match(changed.message ?? '', /a page of the Parquet file is damaged, or larger than it says/)
    assert.throws(() => PAGE_COMPRESSORS[compressionCodec]?.(file, 2 ** 30 + 1), /says that it is \d+ bytes large/)
  })

/** The second number of the head of a page is the size of what it holds; as many bytes as before say it. */
function withPageSize(file: Buffer, page: number, size: number): Buffer {
  const changed = Buffer.from(file)
  let at = page + 1
  while ((changed[at] ?? 0) >= 0x80) at++
  at += 2
  const from = at
  while ((changed[at] ?? 0) >= 0x80) at++
  let left = BigInt(size) * 2n
  for (let place = from; place <= at; place++) {
    changed[place] = Number(left & 0x7fn) | (place < at ? 0x80 : 0)
    left >>= 7n
  }
  return changed
}

function gunzip(input: Uint8Array): Uint8Array {
  return process.getBuiltinModule('zlib').gunzipSync(input)
}
