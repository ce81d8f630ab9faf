// A task whose code is a file of its namespace, as docs/guide/plugins.md tells it: files first, then the flow; then a mistake, and its correction.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'

const EXAMPLE = join(ROOT, 'docs', 'examples', 'task-from-file')
const folder = mkdtempSync(join(tmpdir(), 'batuta-task-file-'))
let batuta: StartedBatuta

before(async () => {
  mkdirSync(join(folder, 'flows'))
  batuta = await startBatuta({ dataDir: join(folder, 'data'), flowsDir: join(folder, 'flows') })
})
after(async () => {
  await batuta.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

function example(...path: readonly string[]): string {
  return readFileSync(join(EXAMPLE, ...path), 'utf8')
}

async function upload(path: string, text: string): Promise<void> {
  const body = new FormData()
  body.append('fileContent', new Blob([text]), 'file.ts')
  const address = `${batuta.address}/api/v1/main/namespaces/examples/files?path=/${path}`
  assert.equal((await fetch(address, { method: 'POST', body })).status, 200)
}

async function save(source: string): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'content-type': 'application/x-yaml' }
  const answer = await fetch(`${batuta.address}/api/v1/main/flows`, { method: 'POST', headers, body: source })
  return { status: answer.status, text: await answer.text() }
}

async function run(...more: readonly string[]): Promise<{ readonly status: number | null; readonly said: string }> {
  const end = await commandLine(batuta.address)('flow', 'run', 'examples.greetings', '--wait', '--json', ...more)
  return { status: end.exitCode, said: end.stdout + end.stderr }
}

test('the example of the guide runs, and goes on with the code that is there when an attempt begins', async () => {
  const before = await save(example('flow.yaml'))
  await upload('tasks/words.ts', example('tasks', 'words.ts'))
  await upload('tasks/greet.ts', example('tasks', 'greet.ts'))
  const saved = await save(example('flow.yaml'))
  const first = await run()
  await upload('tasks/greet.ts', example('tasks', 'greet.ts').replace('lines.length }', 'lines.length + 40 }'))
  const second = await run('-i', 'names=Ada')
  const wrong = await run('-i', 'names=Ada, , Grace')

  assert.equal(before.status, 422)
  assert.match(before.text, /tasks\/greet\.ts is not among the files of the namespace/)
  assert.equal(saved.status, 200, saved.text)
  assert.match(first.said, /"count": ?2\b/)
  assert.match(first.said, /greetings\.txt/)
  assert.match(second.said, /"count": ?41\b/)
  assert.notEqual(wrong.status, 0, wrong.said)
  assert.match(wrong.said, /"current": ?"FAILED"/)
})
