import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isMap, mapFrom, mapGet, printValue, type Value } from '@batuta/core'
import { probeBubblewrap } from '../scripts/bubblewrap.ts'
import { openTestHost, outputsOf, type TestHost } from '../testing/test-host.ts'
import type { ScriptSettings } from '@batuta/plugin-sdk'

const HEAD = `import { defineTaskFile, Ending, p, TaskError } from '@batuta/plugin-sdk'\n`

interface Code {
  revision: number
  files: Readonly<Record<string, string>>
}

/** A host whose namespace has these files; the test may change them. */
async function openHost(t: TestContext, files: Code['files'], scripts: Partial<ScriptSettings> = {}) {
  const host = await openTestHost(t, { scripts })
  const code: Code = { revision: 1, files }
  host.answer = (name, args) => {
    if (name === 'secret') return 's3cret'
    if (name !== 'taskFile') return null
    const wanted = isMap(args) ? mapGet(args, 'revision') : undefined
    const asked: readonly [string, Value][] = [
      ['revision', wanted === undefined ? code.revision : Number(printValue(wanted))],
      ['files', mapFrom(Object.entries(code.files))],
    ]
    return mapFrom(asked)
  }
  return { host, code }
}

function logOf(host: TestHost): string {
  return host.batches.flatMap(({ lines }) => lines.map(({ level, message }) => `${level} ${message}`)).join('\n')
}

function taskOf(run: string, properties = ''): Code['files'] {
  return {
    'tasks/t.ts': `${HEAD}export default defineTaskFile({ title: 'T', properties: {${properties}}, async run(ctx, props) {${run}} })`,
  }
}

test('a task from a file renders its properties, keeps files, logs, measures and gives outputs', async t => {
  const run = `
    const name: string = await props.name.render()
    ctx.logger.info(\`hello \${name}\`)
    console.log('printed')
    process.stdout.write('half a line')
    ctx.metrics.counter('greeted', 2, { to: name })
    const uri = await ctx.files.put('x'.repeat(600_000), { name: 'big.txt' })
    const kept = await ctx.files.readText(uri)
    return { name, uri, length: kept.length, size: await ctx.files.size(uri), tags: await props.tags.render() }`
  const files = taskOf(run, 'name: p.string().dynamic().required(), tags: p.list(p.string()).default(["a"])')
  const { host } = await openHost(t, files)

  const outcome = await host.run('./tasks/t.ts', { name: '{{ inputs.name }}' })

  assert.equal(outcome.state, 'SUCCESS', logOf(host))
  const uri = 'kestra:///test/flow/executions/e1/tasks/task/e1-1/big.txt'
  assert.deepEqual(outputsOf(outcome), { name: 'Ada', uri, length: 600_000, size: 600_000, tags: ['a'] })
  assert.deepEqual(outcome.metrics, [{ name: 'greeted', type: 'counter', value: 2, tags: { to: 'Ada' } }])
  const log = logOf(host)
  for (const line of ['INFO hello Ada', 'INFO printed', 'INFO half a line', 'DEBUG ./tasks/t.ts revision 1'])
    assert.ok(log.includes(line), `${line}\n${log}`)
  assert.match(log, /DEBUG isolation process/)
})

test('what the code of a file did to its process is not there for the next attempt, and new code counts at once', async t => {
  const counting = (word: string): Code['files'] =>
    taskOf(`const g: any = globalThis; g.n = (g.n ?? 0) + 1; return { n: g.n, word: '${word}' }`)
  const { host, code } = await openHost(t, counting('old'))

  const first = await host.run('./tasks/t.ts')
  const second = await host.run('./tasks/t.ts')
  code.files = counting('new')
  const third = await host.run('./tasks/t.ts')

  assert.deepEqual([first, second, third].map(outputsOf), [
    { n: 1, word: 'old' },
    { n: 1, word: 'old' },
    { n: 1, word: 'new' },
  ])
  assert.equal(readdirSync(join(host.root, 'cache', 'task-files')).length, 2)
})

test('a secret that a task of a file renders is in no line of the log', async t => {
  const { host } = await openHost(t, taskOf(`console.log(await ctx.renderText("{{ secret('DOOR') }}"))`))

  const outcome = await host.run('./tasks/t.ts')

  assert.equal(outcome.state, 'SUCCESS', logOf(host))
  assert.doesNotMatch(logOf(host), /s3cret/)
})

test('a task of a file ends as it says: with a warning, an error and its outputs, or without a word', async t => {
  const { host } = await openHost(t, {
    ...taskOf(`throw new TaskError('no such customer', { outputs: { seen: 3 } })`),
    'warn.ts': `${HEAD}export default defineTaskFile({ title: 'T', properties: {}, async run() { return new Ending('WARNING', { rows: 0 }) } })`,
    'gone.ts': `${HEAD}export default defineTaskFile({ title: 'T', properties: {}, async run() { process.exit(7) } })`,
  })

  const failed = await host.run('./tasks/t.ts')
  const warned = await host.run('./warn.ts')
  const gone = await host.run('./gone.ts')

  assert.deepEqual([failed.state, failed.message, outputsOf(failed)], ['FAILED', 'no such customer', { seen: 3 }])
  assert.deepEqual([warned.state, outputsOf(warned)], ['WARNING', { rows: 0 }])
  assert.equal(gone.state, 'FAILED')
  assert.equal(gone.message, 'the process of ./gone.ts ended with exit code 7 before the task did')
})

test('what is wrong with a file is said with its place and the way out', async t => {
  const { host } = await openHost(t, {
    'syntax.ts': 'const a = 1\nconst b = = 3\n',
    'enum.ts': 'export default 1\nenum A { x }\n',
    'nothing.ts': 'export const a = 1\n',
    'other.ts': 'export default { run: 1 }\n',
    'package.ts': "import 'typebox'\n",
    'throws.ts': 'const a: any = undefined\na.b()\n',
  })
  const messages: (string | undefined)[] = []

  for (const name of ['syntax', 'enum', 'nothing', 'other', 'package', 'throws'])
    messages.push((await host.run(`./${name}.ts`)).message)

  const [syntax, unsupported, nothing, other, stranger, throws] = messages
  assert.equal(syntax, 'syntax.ts:2:11: Expression expected')
  assert.match(unsupported ?? '', /^enum\.ts:2:1: TypeScript enum is not supported/)
  assert.match(nothing ?? '', /^nothing\.ts has no default export: write `export default defineTaskFile/)
  assert.match(other ?? '', /^the default export of other\.ts is no task/)
  assert.match(stranger ?? '', /^package\.ts: "typebox" cannot be imported: .* is a plugin/)
  assert.match(throws ?? '', /^throws\.ts:2:3: Cannot read properties of undefined/)
})

test('a task of a file that is killed ends with all that it started', async t => {
  const { host } = await openHost(
    t,
    taskOf(`
    const { spawn } = await import('node:child_process')
    const child = spawn('sleep', ['600'], { stdio: 'ignore' })
    ctx.logger.info(\`started \${child.pid}\`)
    await new Promise(() => setInterval(() => undefined, 1000))`),
  )
  const { key, outcome } = host.start('./tasks/t.ts')
  const started = Promise.withResolvers<number>()
  const take = (): void => {
    const pid = /started (\d+)/.exec(
      host
        .linesOf(key)
        .map(line => line.message)
        .join('\n'),
    )?.[1]
    if (pid !== undefined) started.resolve(Number(pid))
  }
  host.child.on('message', take)
  const pid = await started.promise

  host.send({ type: 'kill', key, reason: 'kill' })

  assert.equal((await outcome).state, 'KILLED')
  assert.equal(existsSync(`/proc/${pid}`), false)
})

test('the result that a task of a file has left in its cache counts for the same code only', async t => {
  const { host, code } = await openHost(t, taskOf(`return { word: 'old' }`))
  const more = { taskCache: {} }

  const first = await host.run('./tasks/t.ts', {}, more)
  code.files = taskOf(`return { word: 'new' }`)
  const second = await host.run('./tasks/t.ts', {}, more)

  assert.deepEqual([outputsOf(first), outputsOf(second)], [{ word: 'old' }, { word: 'new' }])
})

test('a task of a file runs in the sandbox of its namespace: it writes to its working folder and reads nothing of the server', async t => {
  const run = `
    const { readdirSync, writeFileSync } = await import('node:fs')
    const tried = (act: () => unknown): string => { try { return String(act()) } catch (error: any) { return error.code } }
    writeFileSync(await ctx.workingDir.resolve('own.txt'), 'x')
    return {
      code: tried(() => writeFileSync(import.meta.filename, 'other')),
      files: tried(() => readdirSync(ctx.cacheDir + '/../files')),
      own: await ctx.files.readText(await ctx.files.put('stored')),
    }`
  const { host } = await openHost(t, taskOf(run), { isolation: 'bubblewrap' })
  const places = { hidden: [host.root], readable: [] }
  const hindrance = await probeBubblewrap(places, host.workDir)
  if (hindrance !== undefined) return t.skip(`no sandbox can be made here: ${hindrance}`)

  const outcome = await host.run('./tasks/t.ts')

  assert.equal(outcome.state, 'SUCCESS', logOf(host))
  assert.deepEqual(outputsOf(outcome), { code: 'EROFS', files: 'ENOENT', own: 'stored' })
  assert.match(logOf(host), /DEBUG isolation bubblewrap/)
})
