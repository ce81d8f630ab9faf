// Lines as scripts for kestractl hold them: `kestractl-lines.ts ADDRESS PROGRAM`. With kestractl itself they show that this server answers it, with
// batuta that its own command line takes them. Prints one line of JSON for each.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMESPACE = 'clients.kestractl'
const FLOW = `id: hello
namespace: ${NAMESPACE}
tasks:
  - { id: hello, type: io.kestra.plugin.core.log.Log, message: Hello }
triggers:
  - { id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *" }
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: a1b2c3 }
`
const SUITE = `id: suite
namespace: ${NAMESPACE}
flowId: hello
testCases:
  - id: case
    type: io.kestra.core.tests.flow.UnitTest
    assertions: [{ value: "{{ flow.id }}", equalTo: hello }]
`
const ERROR_MAX = 300

/** What the line is, whether it is to fail, and what becomes a word of later lines: ID is the execution that was started last. */
const LINES: readonly (string | { readonly line: string; readonly fails?: true; readonly id?: true })[] = [
  'flows validate FOLDER/hello.yaml',
  { line: 'flows validate FOLDER/wrong.yaml', fails: true },
  'flows deploy FOLDER/hello.yaml',
  { line: 'flows deploy FOLDER/hello.yaml --fail-fast', fails: true },
  'flows deploy FOLDER/hello.yaml --override',
  'flows list NAMESPACE',
  'flows list NAMESPACE --output json',
  'flows get NAMESPACE hello',
  'flows get NAMESPACE hello --output json',
  { line: 'flows get NAMESPACE none', fails: true },
  'flows search-by-source --query Hello',
  'flows revisions NAMESPACE hello',
  'flows graph NAMESPACE hello --output json',
  'flows dependencies NAMESPACE hello',
  'flows disable NAMESPACE hello',
  'flows enable NAMESPACE hello',
  'flows export --namespace NAMESPACE --output-file FOLDER/flows.zip',
  'flows import FOLDER/flows.zip',
  'flows namespace-sync NAMESPACE FOLDER/hello.yaml --delete --override',
  { line: 'executions run NAMESPACE hello --wait --output json', id: true },
  'executions get ID',
  'executions list --namespace NAMESPACE --flow hello',
  'executions watch ID',
  'executions latest --flow NAMESPACE:hello',
  'executions eval-expression ID {{flow.id}}',
  'executions replay ID',
  'executions set-labels ID env=prod',
  'executions trigger-webhook NAMESPACE hello a1b2c3 --method POST',
  { line: 'executions get none', fails: true },
  'executions kill ID',
  'logs list ID',
  'logs search --namespace NAMESPACE',
  'triggers list',
  'triggers disable NAMESPACE hello daily',
  'triggers enable NAMESPACE hello daily',
  'triggers create-backfill NAMESPACE hello daily --start 2020-01-01T00:00:00Z --end 2020-01-02T00:00:00Z',
  'namespaces create NAMESPACE.new --description New',
  'namespaces update NAMESPACE.new --description Newer',
  'namespaces get NAMESPACE.new',
  'namespaces list --query NAMESPACE',
  'namespaces delete NAMESPACE.new',
  'kv set NAMESPACE STRING text hello',
  'kv set NAMESPACE NUMBER count 3 --ttl PT1H',
  'kv get NAMESPACE text',
  'kv list NAMESPACE',
  'kv update NAMESPACE NUMBER count 4',
  { line: 'kv update NAMESPACE NUMBER none 4', fails: true },
  'kv delete NAMESPACE text',
  'nsfiles upload NAMESPACE FOLDER/files scripts --override',
  'nsfiles list NAMESPACE --path scripts --recursive',
  'nsfiles get NAMESPACE scripts/files/a.txt',
  'nsfiles delete NAMESPACE scripts --recursive',
  'nsfiles delete NAMESPACE none --force',
  'test-suites create --file FOLDER/suite.yaml',
  'test-suites run NAMESPACE suite',
  'test-suites delete NAMESPACE suite --yes',
  'executions delete ID',
  'flows delete NAMESPACE hello',
]

const [address = '', program = ''] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'batuta-kestractl-'))
try {
  await mkdir(join(folder, 'files'))
  await writeFile(join(folder, 'hello.yaml'), FLOW)
  await writeFile(join(folder, 'wrong.yaml'), FLOW.replace('log.Log', 'log.Nothing'))
  await writeFile(join(folder, 'suite.yaml'), SUITE)
  await writeFile(join(folder, 'files', 'a.txt'), 'one\n')
  let id = ''
  for (const each of LINES) {
    const { line, fails = false, id: isNamed = false } = typeof each === 'string' ? { line: each } : each
    const words = line
      .split(' ')
      .map(word => word.replace('FOLDER', folder).replace('NAMESPACE', NAMESPACE).replace(/^ID$/, id))
    const { exitCode, printed } = await run(words)
    if (isNamed) id = /"(?:id|executionId)": "([^"]+)"/.exec(printed)?.[1] ?? ''
    const isOk = (exitCode !== 0) === fails
    const error = `ended with ${exitCode}: ${printed.slice(-ERROR_MAX)}`
    process.stdout.write(`${JSON.stringify(isOk ? { call: line, ok: true } : { call: line, ok: false, error })}\n`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function run(words: readonly string[]): Promise<{ readonly exitCode: number | null; readonly printed: string }> {
  const child = spawn(program, words, {
    env: { ...process.env, KESTRACTL_HOST: address, KESTRACTL_TENANT: 'main', HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout.on('data', chunk => (printed += String(chunk)))
  child.stderr.on('data', chunk => (printed += String(chunk)))
  const exitCode = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  return { exitCode, printed }
}
