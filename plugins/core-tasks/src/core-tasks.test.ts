import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from './index.ts'

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

function runType(type: string, properties: ValueMap, run: TestRun): Promise<TestResult> {
  const task = tasks.find(each => each.type === `io.kestra.plugin.core.${type}` || each.aliases?.includes(type))
  assert.ok(task, type)
  return runTask(task, properties, run)
}

async function store(run: TestRun, text: string, extension = '.txt'): Promise<string> {
  return run.ctx.files.put(text, { extension })
}

const messages = (result: TestResult): readonly string[] => result.logs.map(line => `${line.level} ${line.message}`)

test('Log writes a line for each text at its level', async t => {
  const run = await openRun(t, { variables: { inputs: { name: 'Ada' } } })

  await runType('log.Log', { message: ['hi {{ inputs.name }}', 2], level: 'warn' }, run)
  const failed = await runType('log.Log', { message: '{{ inputs.ghost }}' }, run)

  assert.deepEqual(messages(failed), ['WARN hi Ada', 'WARN 2'])
  assert.equal(failed.state, 'FAILED')
})

test('Echo is still read by its old name', async t => {
  const run = await openRun(t)

  const result = await runType('io.kestra.core.tasks.debugs.Echo', { format: 'x', level: 'DEBUG' }, run)
  const failed = await runType('debug.Echo', {}, run)

  assert.deepEqual(messages(result), ['DEBUG x'])
  assert.equal(failed.message, 'property "format" is required')
})

test('Return gives its rendered text and two metrics', async t => {
  const run = await openRun(t)

  const result = await runType('debug.Return', { format: 'a{{ 1 + 1 }}' }, run)
  const failed = await runType('debug.Return', { format: '{{ ghost }}' }, run)

  assert.deepEqual(result.outputs, { value: 'a2' })
  assert.deepEqual(
    result.metrics.map(({ name, type }) => [name, type]),
    [
      ['length', 'counter'],
      ['duration', 'timer'],
    ],
  )
  assert.equal(failed.state, 'FAILED')
})

test('OutputValues keeps the types of values', async t => {
  const run = await openRun(t, { variables: { inputs: { list: [1, 2], n: 4 } } })

  const result = await runType(
    'output.OutputValues',
    { values: { list: '{{ inputs.list }}', n: '{{ inputs.n }}', t: 'n={{ inputs.n }}' } },
    run,
  )
  const failed = await runType('output.OutputValues', { values: 'no map' }, run)

  assert.deepEqual(result.outputs, { values: { list: [1, 2], n: 4, t: 'n=4' } })
  assert.match(failed.message ?? '', /"values" must be a map/)
})

test('Fail fails always, or when its condition holds', async t => {
  const run = await openRun(t)

  const states = [
    await runType('execution.Fail', {}, run),
    await runType('execution.Fail', { condition: '{{ 1 == 1 }}', errorMessage: 'no {{ 1 }}' }, run),
    await runType('execution.Fail', { condition: '{{ 1 == 2 }}' }, run),
  ].map(({ state, message }) => [state, message])

  assert.deepEqual(states, [
    ['FAILED', 'Task failure'],
    ['FAILED', 'no 1'],
    ['SUCCESS', undefined],
  ])
})

test('Assert counts conditions and fails on any that does not hold or cannot be rendered', async t => {
  const run = await openRun(t)

  const held = await runType('execution.Assert', { conditions: ['{{ 1 == 1 }}', 'yes'] }, run)
  const failed = await runType('execution.Assert', { conditions: ['{{ 1 == 2 }}', '{{ ghost }}', 'x'] }, run)

  assert.equal(held.state, 'SUCCESS')
  assert.equal(failed.message, '2 assertions failed!')
  assert.deepEqual(
    failed.metrics.map(metric => metric.value),
    [0, 2, 2, 1],
  )
})

test('Sleep waits for its duration and stops when the task is stopped', async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const startedMs = performance.now()

  const result = await runType('flow.Sleep', { duration: 'PT0.05S' }, run)
  setTimeout(() => stop.abort(), 10)
  const stopped = await runType('flow.Sleep', { duration: 'P60D' }, run)
  const wrong = await runType('flow.Sleep', { duration: 'soon' }, run)

  assert.equal(result.state, 'SUCCESS')
  assert.ok(performance.now() - startedMs >= 49)
  assert.equal(stopped.state, 'FAILED')
  assert.match(wrong.message ?? '', /"duration" must be an ISO 8601 duration/)
})

test('Write stores its text, Size measures it, Delete deletes it once', async t => {
  const run = await openRun(t)

  const written = await runType('storage.Write', { content: 'ünï {{ 1 + 1 }}\nsecond\n', extension: '.txt' }, run)
  const uri = String(written.outputs['uri'])
  const size = await runType('storage.Size', { uri }, run)
  const text = await run.ctx.renderText(
    `{{ read('${uri}') }}{{ fileSize('${uri}') }} {{ isFileEmpty('${uri}') }} {{ fileExists('${uri}') }}`,
  )
  const first = await runType('storage.Delete', { uri }, run)
  const second = await runType('storage.Delete', { uri }, run)
  const strict = await runType('storage.Delete', { uri, errorOnMissing: true }, run)
  const gone = await runType('storage.Size', { uri }, run)

  assert.match(uri, /^kestra:\/\/\/test\/flow\/executions\/e1\/tasks\/task\/e1-1\/[0-9a-f]{32}\.txt$/)
  assert.deepEqual(size.outputs, { size: 15 })
  assert.equal(text, 'ünï 2\nsecond\n15 false true')
  assert.deepEqual(
    [first.outputs['deleted'], second.outputs['deleted'], strict.state, gone.state],
    [true, false, 'FAILED', 'FAILED'],
  )
})

test('Concat joins files given as list or JSON text, with a separator after each', async t => {
  const run = await openRun(t)
  const one = await store(run, 'a\nb\n')
  const two = await store(run, 'c\nd\ne\n')

  const both = await runType('storage.Concat', { files: [one, two], extension: '.txt' }, run)
  const glued = await runType('storage.Concat', { files: JSON.stringify([two, one]), separator: '--\n' }, run)
  const missing = await runType('storage.Concat', { files: [one, `${one}x`] }, run)
  const wrong = await runType('storage.Concat', { files: 'nothing' }, run)

  assert.equal(await run.ctx.files.readText(String(both.outputs['uri'])), 'a\nb\nc\nd\ne\n')
  assert.equal(await run.ctx.files.readText(String(glued.outputs['uri'])), 'c\nd\ne\n--\na\nb\n--\n')
  assert.match(String(glued.outputs['uri']), /\.tmp$/)
  assert.match(missing.message ?? '', /there is no file/)
  assert.match(wrong.message ?? '', /"files" must be a list/)
})

test('Reverse turns the lines of small and large files around', async t => {
  const run = await openRun(t)
  const lines = Array.from({ length: 60_000 }, (_, at) => `line number ${at}`)

  const small = await runType('storage.Reverse', { from: await store(run, 'a\nb\nc') }, run)
  const large = await runType('storage.Reverse', { from: await store(run, lines.join('\n') + '\n') }, run)
  const blank = await runType('storage.Reverse', { from: await store(run, '') }, run)
  const other = await runType('storage.Reverse', { from: await store(run, 'a;b;'), separator: ';' }, run)
  const missing = await runType('storage.Reverse', { from: 'kestra:///nowhere' }, run)

  const textOf = (result: TestResult): Promise<string> => run.ctx.files.readText(String(result.outputs['uri']))
  assert.equal(await textOf(small), 'c\nb\na\n')
  assert.equal(await textOf(large), `${lines.toReversed().join('\n')}\n`)
  assert.equal(await textOf(blank), '')
  assert.equal(await textOf(other), 'b;a;')
  assert.equal(missing.state, 'FAILED')
})

test('Split splits by what a pattern captures, and drops rows that do not match', async t => {
  const run = await openRun(t)
  const from = await store(run, 'a1\nb1\n--\na2\n')

  const split = await runType('storage.Split', { from, regexPattern: '^([ab])' }, run)
  const failed = await runType('storage.Split', { from, regexPattern: '(' }, run)

  const uris = split.outputs?.['uris'] as readonly string[]
  const texts = await Promise.all(uris.map(uri => run.ctx.files.readText(uri)))
  assert.deepEqual(texts, ['a1\na2\n', 'b1\n'])
  assert.equal(failed.state, 'FAILED')
})

test('Split splits by rows, by bytes and into partitions', async t => {
  const run = await openRun(t)
  const from = await store(run, 'a\nb\nc\nd\ne')
  const partsOf = async (result: TestResult): Promise<string[]> =>
    Promise.all((result.outputs['uris'] as string[]).map(uri => run.ctx.files.readText(uri)))

  const rows = await runType('storage.Split', { from, rows: 2 }, run)
  const partitions = await runType('storage.Split', { from, partitions: '2' }, run)
  const bytes = await runType('storage.Split', { from, bytes: '3B', separator: '|' }, run)
  const nothing = await runType('storage.Split', { from }, run)
  const zero = await runType('storage.Split', { from, rows: 0 }, run)

  assert.deepEqual(await partsOf(rows), ['a\nb\n', 'c\nd\n', 'e\n'])
  assert.deepEqual(await partsOf(partitions), ['a\nc\ne\n', 'b\nd\n'])
  assert.deepEqual(await partsOf(bytes), ['a|b|', 'c|d|', 'e|'])
  assert.match(nothing.message ?? '', /one of the properties/)
  assert.match(zero.message ?? '', /"rows" must be greater than 0/)
})

const ROWS =
  '{"id": 1, "kind": "a", "n": 5}\n{"id": 2, "kind": "b", "n": null}\n{"id": 3, "kind": "a", "n": 9}\n{"id": 1, "kind": "c", "n": 7}\n'

test('FilterItems keeps rows as they are written', async t => {
  const run = await openRun(t)
  const from = await store(run, ROWS, '.ion')
  const idsOf = async (result: TestResult): Promise<string> =>
    (await run.ctx.files.readText(String(result.outputs['uri']))).replaceAll(/\{"id": (\d)[^\n]*\n/g, '$1')

  const kept = await runType('storage.FilterItems', { from, filterCondition: "{{ kind == 'a' }}" }, run)
  const dropped = await runType(
    'storage.FilterItems',
    { from, filterCondition: "{{ kind == 'a' }}", filterType: 'EXCLUDE' },
    run,
  )
  const lenient = await runType(
    'storage.FilterItems',
    { from, filterCondition: '{{ n > 6 }}', errorOrNullBehavior: 'EXCLUDE' },
    run,
  )
  const strict = await runType('storage.FilterItems', { from, filterCondition: '{{ ghost > 0 }}' }, run)

  assert.deepEqual([await idsOf(kept), await idsOf(dropped), await idsOf(lenient)], ['13', '21', '31'])
  assert.deepEqual([kept.outputs['processedItemsTotal'], kept.outputs['droppedItemsTotal']], [4, 2])
  assert.match(strict.message ?? '', /row 1 cannot be filtered: .*ghost/)
})

test('DeduplicateItems keeps the last row of each key at its place', async t => {
  const run = await openRun(t)
  const from = await store(run, ROWS, '.ion')

  const unique = await runType('storage.DeduplicateItems', { from, expr: '{{ id }}' }, run)
  const failed = await runType('storage.DeduplicateItems', { from, expr: '{{ ghost }}' }, run)

  const { uri, ...counts } = unique.outputs
  assert.deepEqual(counts, { numKeys: 3, processedItemsTotal: 4, droppedItemsTotal: 1 })
  assert.equal(await run.ctx.files.readText(String(uri)), ROWS.split('\n').slice(1).join('\n'))
  assert.equal(failed.state, 'FAILED')
})

test('LocalFiles writes files and stores what matches, and does not leave its folder', async t => {
  const run = await openRun(t)
  const uri = await store(run, 'from storage')

  const result = await runType(
    'storage.LocalFiles',
    { inputs: { 'a/b.txt': 'x{{ 1 }}', 'c.txt': uri, 'empty.txt': null }, outputs: ['**/*.txt'] },
    run,
  )
  const outside = await runType('storage.LocalFiles', { inputs: { '../x': 'y' } }, run)

  const uris = result.outputs['uris'] as Record<string, string>
  assert.deepEqual(Object.keys(uris), ['a/b.txt', 'c.txt', 'empty.txt'])
  assert.equal(await run.ctx.files.readText(uris['a/b.txt'] ?? ''), 'x1')
  assert.equal(await run.ctx.files.readText(uris['c.txt'] ?? ''), 'from storage')
  assert.match(outside.message ?? '', /is refused/)
})

test('PurgeCurrentExecutionFiles deletes what the execution stored and nothing else', async t => {
  const run = await openRun(t)
  const own = await store(run, 'x')
  await run.store.put('kestra:///test/flow/executions/e2/inputs/x', 'other')

  const result = await runType('storage.PurgeCurrentExecutionFiles', {}, run)

  assert.deepEqual(result.outputs, { uris: [own] })
  assert.ok(await run.ctx.files.exists('kestra:///test/flow/executions/e2/inputs/x'))
})
