import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import avro from 'avsc'
import { createTestRunContext, runTask, snappyCompress, snappyDecompress } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { avroToIon } from './avro-to-ion.ts'
import { inferAvroSchemaFromIon } from './infer-avro-schema.ts'
import { ionToAvro } from './ion-to-avro.ts'

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

async function convert(
  run: TestRun,
  task: TaskDefinition<never>,
  source: string | Uint8Array,
  properties: ValueMap = {},
): Promise<TestResult> {
  const from = await run.ctx.files.put(source, { extension: '.x' })
  return await runTask(task as unknown as TaskDefinition, { from, ...properties }, run)
}

const textOf = (run: TestRun, { outputs, message }: TestResult): Promise<string> => {
  assert.equal(message, undefined)
  return run.ctx.files.readText(String(outputs['uri']))
}

const ROWS = `{"id":1,"name":"Ada","price":12.30,"at":2024-02-29T12:30:45.123456Z,"day":date::"2024-02-29","tags":["a","b"],"deep":{"ok":true},"none":null}
{"id":9007199254740993,"name":"Bob","price":0.05,"at":1969-12-31T23:59:59.999999Z,"day":date::"1900-01-01","tags":[],"deep":{"ok":false},"none":null}
`

test('rows go to Avro and back as they were: decimals, wide integers, microseconds, dates', async t => {
  const run = await openRun(t)
  const rows = ROWS.replaceAll(/date::"([^"]+)"/g, '$1')

  const written = await convert(run, ionToAvro as never, rows)
  const read = await runTask(avroToIon as unknown as TaskDefinition, { from: String(written.outputs['uri']) }, run)

  assert.equal(written.outputs['size'], 2)
  const back = await textOf(run, read)
  assert.match(back, /"id":9007199254740993,.*"price":0\.05/)
  assert.match(back, /12\.30/)
  assert.match(back, /2024-02-29T12:30:45\.123456/)
  assert.match(back, /1969-12-31T23:59:59\.999999/)
})

test('what another implementation wrote is read, deflated and not', async t => {
  const run = await openRun(t)
  const type = avro.Type.forSchema({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'n', type: 'long' },
      { name: 'u', type: ['null', 'string', 'double'] },
      { name: 'm', type: { type: 'map', values: 'int' } },
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } },
      { name: 'at', type: 'long' },
    ],
  } as never)
  for (const codec of ['null', 'deflate']) {
    const encoder = new avro.streams.BlockEncoder(type, { codec })
    const chunks: Buffer[] = []
    encoder.on('data', (chunk: Buffer) => chunks.push(chunk))
    for (let n = 0; n < 3; n++) encoder.write({ n, u: n === 0 ? null : `é${n}`, m: { k: n }, e: 'B', at: n })
    encoder.end()
    await new Promise(resolve => encoder.on('end', resolve))

    const text = await textOf(run, await convert(run, avroToIon as never, Buffer.concat(chunks)))

    assert.equal(text.split('\n')[1], '{"n":1,"u":"é1","m":{"k":1},"e":"B","at":1}')
  }
})

test('another implementation reads what is written', async t => {
  const run = await openRun(t)
  const schema = `{"type":"record","name":"R","fields":[
    {"name":"id","type":"int"},{"name":"ok","type":"boolean"},{"name":"note","type":["null","string"]},
    {"name":"day","type":{"type":"int","logicalType":"date"}}]}`

  const written = await convert(run, ionToAvro as never, '{"id":"7","ok":"yes","note":"NA","day":"1970-01-02"}\n', {
    schema,
  })

  assert.equal(written.message, undefined)
  const path = join(await run.ctx.workingDir.path(), 'x.avro')
  await writeFile(path, await bytesOf(run, written))
  const rows: unknown[] = []
  const decoder = avro.createFileDecoder(path)
  decoder.on('data', (row: unknown) => rows.push({ ...(row as object) }))
  await new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject))
  assert.deepEqual(rows, [{ id: 7, ok: true, note: null, day: 1 }])
})

async function bytesOf(run: TestRun, { outputs }: TestResult): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await run.ctx.files.open(String(outputs['uri']))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('a row that does not fit ends the task with the way out, or is left out', async t => {
  const run = await openRun(t)
  const schema = '{"type":"record","name":"R","fields":[{"name":"id","type":"int"}]}'
  const rows = '{"id":1}\n{"id":"x"}\n{"id":3000000000}\n{"id":4}\n'

  const failed = await convert(run, ionToAvro as never, rows, { schema })
  const skipped = await convert(run, ionToAvro as never, rows, { schema, onBadLines: 'WARN' })
  const strict = await convert(run, ionToAvro as never, '{"id":1,"more":2}', { schema, strictSchema: true })
  const broken = await convert(run, ionToAvro as never, rows, { schema: '{"type":"nothing"}' })
  const noFile = await convert(run, avroToIon as never, 'a,b\n1,2\n')

  assert.equal(
    failed.message,
    'row 2: the field "id" must be an integer, not "x"; set `onBadLines` to WARN or SKIP to go on without it',
  )
  assert.equal(skipped.outputs['size'], 2)
  assert.match(skipped.logs.map(({ message }) => message).join('\n'), /row 3 is left out: .* an integer of 32 bits/)
  assert.match(strict.message ?? '', /the field "more", which the schema lacks/)
  assert.match(broken.message ?? '', /names the type "nothing"/)
  assert.match(noFile.message ?? '', /is no Avro file/)
})

test('a schema is inferred: numbers widen, everything may be null, odd names get an alias', async t => {
  const run = await openRun(t)

  const result = await convert(run, inferAvroSchemaFromIon as never, '{"a b":1,"n":1}\n{"a b":1.50,"n":"x"}\n')

  const { fields } = JSON.parse(await textOf(run, result)) as { fields: unknown[] }
  assert.deepEqual(fields, [
    {
      name: 'a_b',
      aliases: ['a b'],
      type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 2 }],
      default: null,
    },
    { name: 'n', type: ['null', 'string'], default: null },
  ])
})

test('snappy gives back what it took', () => {
  for (const size of [0, 1, 59, 60, 300, 70_000, 200_000]) {
    const input = Buffer.alloc(size)
    for (let at = 0; at < size; at++) input[at] = (at * at) % (at % 1000 < 500 ? 7 : 251)
    const packed = snappyCompress(input)

    assert.ok(snappyDecompress(packed).equals(input), String(size))
  }
})
