import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import * as ion from 'ion-js'
import { ionToJson } from './ion-to-json.ts'
import { JsonSplitter } from './json-splitter.ts'
import { jsonToIon } from './json-to-ion.ts'
import { jsonToJsonl } from './json-to-jsonl.ts'

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

type AnyTask = typeof jsonToIon | typeof jsonToJsonl | typeof ionToJson

async function convert(
  run: TestRun,
  task: AnyTask,
  source: string | Uint8Array,
  properties: ValueMap = {},
): Promise<{ readonly result: TestResult; readonly text: string }> {
  const from = await run.ctx.files.put(source, { extension: '.txt' })
  const result = await runTask(task as typeof jsonToIon, { from, ...properties }, run)
  const text = result.state === 'FAILED' ? '' : await run.ctx.files.readText(String(result.outputs['uri']))
  return { result, text }
}

test('JSON Lines become rows; values may span lines and end in a comma', async t => {
  const run = await openRun(t)

  const { result, text } = await convert(
    run,
    jsonToIon,
    '\ufeff{"id":1,"price":1.10,"big":12345678901234567890,"whole":4.0}\n\n{\n  "id": 2\n},\n[1,2]\n"x"\n3',
  )

  assert.equal(text, '{"id":1,"price":1.1e0,"big":12345678901234567890,"whole":4e0}\n{"id":2}\n[1,2]\n"x"\n3\n')
  assert.equal(result.outputs['size'], 5)
  assert.equal(result.metrics[0]?.value, 5)
})

test('without `newLine` the items of an array become the rows, and a lone object one', async t => {
  const run = await openRun(t)

  const items = await convert(run, jsonToIon, ' [ {"a":"]"}, [1], "x\\"", null , 5]', { newLine: false })
  const one = await convert(run, jsonToIon, '{"a":[1,2]}', { newLine: 'false' })
  const none = await convert(run, jsonToIon, '[]', { newLine: false })

  assert.equal(items.text, '{"a":"]"}\n[1]\n"x\\""\nnull\n5\n')
  assert.equal(one.text, '{"a":[1,2]}\n')
  assert.equal(none.result.outputs['size'], 0)
})

test('text that is no JSON fails with the value it stands in', async t => {
  const run = await openRun(t)

  assert.match((await convert(run, jsonToIon, '{"a":1}\nhello\n')).result.message ?? '', /value 2 .*hello/)
  assert.match(
    (await convert(run, jsonToIon, '{"a":1')).result.message ?? '',
    /ends inside a value that begins with {"a":1/,
  )
  assert.match((await convert(run, jsonToIon, '[1,', { newLine: false })).result.message ?? '', /ends before its array/)
})

test('where a JSON file is cut into chunks makes no difference', () => {
  const text = '[{"a":"\\\\","b":"\\"]"},[[]],"x",12.5,null , {"c":{}}]'
  const values = ['{"a":"\\\\","b":"\\"]"}', '[[]]', '"x"', '12.5', 'null', '{"c":{}}']

  for (let size = 1; size < text.length; size++) {
    const splitter = new JsonSplitter({ explodes: true })
    const found: string[] = []
    for (let at = 0; at < text.length; at += size) found.push(...splitter.feed(text.slice(at, at + size)))
    found.push(...splitter.feed('', true))
    assert.deepEqual(found, values, `chunks of ${size}`)
  }
})

test('any JSON becomes JSON Lines', async t => {
  const run = await openRun(t)

  const { result, text } = await convert(run, jsonToJsonl, '[{"a": 1.5}, {"b": [ ]}]')
  const failed = await convert(run, jsonToJsonl, '{]')

  assert.equal(text, '{"a":1.5}\n{"b":[]}\n')
  assert.match(String(result.outputs['uri']), /\.jsonl$/)
  assert.equal(failed.result.state, 'FAILED')
})

const ROWS = `{"id":1,"price":1.10,"ratio":1.5e0,"at":2024-07-02T03:04:05.678Z,"day":LocalDate::"2024-01-02","none":null}
{id:2,ratio:nan,raw:{{aGk=}},nested:{list:[money::5,a]}}
`

test('rows of Ion become JSON Lines with moments in the zone', async t => {
  const run = await openRun(t)

  const { result, text } = await convert(run, ionToJson, ROWS, { timeZoneId: 'Europe/Paris' })

  assert.equal(
    text,
    '{"id":1,"price":1.10,"ratio":1.5,"at":"2024-07-02T05:04:05.678+02:00","day":"2024-01-02","none":null}\n' +
      '{"id":2,"ratio":"NaN","raw":"aGk=","nested":{"list":[5,"a"]}}\n',
  )
  assert.match(String(result.outputs['uri']), /\.jsonl$/)
  assert.equal(result.outputs['size'], 2)
  assert.equal(result.metrics[0]?.value, 2)
})

test('rows become one array, and annotations are kept on request', async t => {
  const run = await openRun(t)

  const array = await convert(run, ionToJson, '{"a":1}\n{"a":x::y::2}\nz::{b:3}', {
    newLine: false,
    shouldKeepAnnotations: true,
  })
  const empty = await convert(run, ionToJson, '', { newLine: false })

  assert.equal(array.text, '[{"a":1},{"a":{"ion_annotations":["x","y"],"value":2}},{"ion_annotations":["z"],"b":3}]')
  assert.match(String(array.result.outputs['uri']), /\.json$/)
  assert.equal(empty.text, '[]')
})

test('binary Ion is read as well', async t => {
  const run = await openRun(t)
  const writer = ion.makeBinaryWriter()
  writer.writeValues(ion.makeReader('{id:1,price:1.10,at:2024-07-02T03:04:05.678Z} {id:2}'))
  writer.close()

  const { text } = await convert(run, ionToJson, writer.getBytes(), { timeZoneId: 'UTC' })

  assert.equal(text, '{"id":1,"price":1.10,"at":"2024-07-02T03:04:05.678Z"}\n{"id":2}\n')
})

test('a file that is no Ion fails', async t => {
  const run = await openRun(t)

  assert.match((await convert(run, ionToJson, '{a:1')).result.message ?? '', /not Ion/)
})

test('JSON survives the way through rows and back', async t => {
  const run = await openRun(t)
  const text = '{"s":"a\\"b\\u0001","n":-1.25,"i":9007199254740993,"d":4.0,"l":[null,true,{}],"10":1,"2":2}\n'

  const rows = await convert(run, jsonToIon, text)
  const back = await convert(run, ionToJson, rows.text)

  assert.equal(back.text, text)
})
