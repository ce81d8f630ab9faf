// Against a dbt Cloud in small, after the public description of its API: it knows one account, one job and its run, which goes on a step with each look.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { checkStatus, triggerRun } from './cloud-tasks.ts'

const TOKEN = 'dbtc_0123456789'
const RESULTS =
  '{"results": [{"unique_id": "model.a", "status": "success", "execution_time": 0.5, "adapter_response": {"rows_affected": 7}}]}'
const FIELDS = [
  ...['cause', 'git_sha', 'git_branch', 'schema_override', 'dbt_version_override', 'threads_override'],
  ...['target_name_override', 'generate_docs_override', 'timeout_seconds_override', 'steps_override'],
]

interface World {
  /** What the run comes to: 10 success, 20 error, 30 cancelled, 3 for a run without end. */
  readonly status?: number
  /** Codes of the first answers. */
  readonly refusals?: number[]
  readonly hasFiles?: boolean
  readonly results?: string
}

interface Used {
  readonly result: TestResult
  readonly asked: readonly string[]
  readonly body: () => unknown
  readonly run: TestRun
}

async function use(t: TestContext, task: TaskDefinition, properties: ValueMap, world: World = {}): Promise<Used> {
  const asked: string[] = []
  let [body, looks]: [unknown, number] = [undefined, 0]
  const judge = (incoming: IncomingMessage, sent: string): [number, unknown] => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://x')
    if (incoming.headers.authorization !== `Token ${TOKEN}`) return refused(401, 'Invalid token.')
    switch (`${incoming.method} ${pathname.replace('/api/v2/accounts/1', '')}`) {
      case 'POST /jobs/2/run/': {
        body = JSON.parse(sent)
        const unknown = Object.keys(Object(body)).find(name => !FIELDS.includes(name))
        if (unknown !== undefined) return refused(400, `${unknown} is unknown`)
        return [200, { data: { id: 9, status: 1, href: 'https://cloud.example.com/runs/9/' } }]
      }
      case 'GET /runs/9/': {
        if (searchParams.get('include_related') !== '["run_steps"]') return refused(400, 'Invalid include_related')
        looks += 1
        return [200, { data: runAt(looks, world.status ?? 10) }]
      }
      case 'GET /runs/9/artifacts/run_results.json':
        return world.hasFiles === false ? refused(404, 'Not found.') : [200, world.results ?? RESULTS]
      case 'GET /runs/9/artifacts/manifest.json':
        return world.hasFiles === false ? refused(404, 'Not found.') : [200, '{"nodes": {}}']
    }
    return refused(404, 'The requested resource was not found.')
  }
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push(`${incoming.method} ${incoming.url?.split('?')[0]?.replace('/api/v2/accounts/1', '')}`)
    const refusal = world.refusals?.shift()
    const [code, json] = refusal === undefined ? judge(incoming, await text(incoming)) : refused(refusal, 'Not now.')
    response.writeHead(code, { 'content-type': 'application/json' })
    response.end(typeof json === 'string' ? json : JSON.stringify(json))
  }
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const run = await createTestRunContext()
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await run.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const given = Object.fromEntries(Object.entries(properties))
  const quick = { pollFrequency: 'PT0.001S', initialDelayMs: 1 }
  const result = await runTask(task, { baseUrl, accountId: '1', token: TOKEN, ...quick, ...given }, run)
  return { result, asked, body: () => body, run }
}

const refused = (code: number, message: string): [number, unknown] => [
  code,
  { status: { code, is_success: false, user_message: message }, data: null },
]

function runAt(look: number, status: number): unknown {
  const [isOver, last] = [look >= 3, { 10: 'Success', 20: 'Error', 30: 'Cancelled' }[status] ?? 'Running']
  return {
    ...{ id: 9, status: isOver ? status : look, href: 'https://cloud.example.com/runs/9/' },
    status_message: isOver && status === 20 ? 'model.b failed' : null,
    run_steps:
      look < 2
        ? []
        : [{ id: 1, name: 'dbt build', status_humanized: isOver ? last : 'Running', logs: isOver ? 'OK 1' : '' }],
  }
}

const LINE = ({ level, message }: { readonly level: string; readonly message: string }): string => `${level} ${message}`

test('a job is started with what is said of it, followed to its end, and its files are kept', async t => {
  const { result, body, run } = await use(t, triggerRun, {
    ...{
      jobId: '2',
      cause: 'because',
      gitSha: 'a1',
      gitBranch: 'develop',
      schemaOverride: 's',
      dbtVersionOverride: '1.9',
    },
    ...{ threadsOverride: '4', targetNameOverride: 't', generateDocsOverride: false, timeoutSecondsOverride: 60 },
    stepsOverride: ['dbt build'],
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(body(), {
    ...{ cause: 'because', git_sha: 'a1', git_branch: 'develop', schema_override: 's', dbt_version_override: '1.9' },
    ...{ threads_override: 4, target_name_override: 't', generate_docs_override: false, timeout_seconds_override: 60 },
    steps_override: ['dbt build'],
  })
  assert.equal(result.outputs['runId'], 9)
  assert.equal(await run.ctx.files.readText(String(result.outputs['runResults'])), RESULTS)
  assert.equal(await run.ctx.files.readText(String(result.outputs['manifest'])), '{"nodes": {}}')
  const lines = result.logs.map(LINE)
  for (const line of ['INFO dbt build: Running', 'INFO dbt build: Success', 'DEBUG OK 1', 'DEBUG model.a success'])
    assert.equal(lines.filter(one => one === line).length, 1, `${line} in ${lines.join('; ')}`)
  assert.deepEqual(
    result.metrics.map(({ name, value }) => `${name} ${value}`),
    ['duration 500', 'rows.affected 7'],
  )
})

test('who does not wait has the number of the run at once', async t => {
  const { result, asked, body } = await use(t, triggerRun, { jobId: '2', wait: false })

  assert.deepEqual(result.outputs, { runId: 9 }, result.message)
  assert.deepEqual(asked, ['POST /jobs/2/run/'])
  assert.deepEqual(body(), { cause: 'Triggered by Kestra.' })
})

test('a run that fails fails the task, which still gives what there is', async t => {
  const { result } = await use(t, triggerRun, { jobId: '2' }, { status: 20 })

  assert.equal(result.state, 'FAILED')
  assert.match(String(result.message), /run 9 of dbt Cloud ended as Error: model\.b failed: https:\/\/cloud\.example/)
  assert.deepEqual(Object.keys(result.outputs).sort(), ['manifest', 'runId', 'runResults'])
  assert.ok(result.logs.map(LINE).includes('ERROR dbt build: Error'))
})

test('a run that somebody else started is waited for', async t => {
  const good = await use(t, checkStatus, { runId: '9' })
  const cancelled = await use(t, checkStatus, { runId: '9', parseRunResults: false }, { status: 30, hasFiles: false })

  assert.deepEqual(Object.keys(good.result.outputs).sort(), ['manifest', 'runResults'], good.result.message)
  assert.match(String(cancelled.result.message), /run 9 of dbt Cloud ended as Cancelled/)
  assert.deepEqual(cancelled.result.outputs, {})
})

test('a run without end is given up, and the error names the way out', async t => {
  const { result } = await use(t, triggerRun, { jobId: '2', maxDuration: 'PT0.02S' }, { status: 3 })

  assert.match(String(result.message), /the run 9 of dbt Cloud is not done after PT0\.02S.*maxDuration/)
  assert.equal(result.outputs['runId'], 9)
})

test('what is refused for a moment is asked again, but nothing is started twice', async t => {
  const look = await use(t, checkStatus, { runId: '9' }, { refusals: [500, 429, 503] })
  const busy = await use(t, triggerRun, { jobId: '2', wait: false }, { refusals: [429] })
  const broken = await use(t, triggerRun, { jobId: '2', wait: false }, { refusals: [500] })
  const always = await use(t, checkStatus, { runId: '9', maxRetries: 1 }, { refusals: [500, 500] })

  assert.equal(look.result.state, 'SUCCESS', look.result.message)
  assert.deepEqual(busy.asked, ['POST /jobs/2/run/', 'POST /jobs/2/run/'])
  assert.match(String(broken.result.message), /was answered with 500/)
  assert.deepEqual(broken.asked, ['POST /jobs/2/run/'])
  assert.match(String(always.result.message), /was answered with 500/)
  assert.equal(always.asked.length, 2)
})

const FAILURES: readonly [TaskDefinition, ValueMap, World, RegExp][] = [
  [triggerRun, { jobId: '7' }, {}, /404.*resource was not found/],
  [triggerRun, { jobId: '2', token: 'wrong' }, {}, /401.*Invalid token.*check the credentials/],
  [triggerRun, { jobId: '2', threadsOverride: 'many' }, {}, /"threadsOverride" must be a number of threads/],
  [checkStatus, { runId: '8' }, {}, /404.*resource was not found/],
  [
    checkStatus,
    { runId: '9' },
    { results: '<html>' },
    /run_results\.json cannot be read: set parseRunResults to false/,
  ],
  [checkStatus, {}, {}, /"runId" is required/],
]

for (const [task, properties, world, reason] of FAILURES)
  test(`${task.type} fails with a reason: ${reason.source}`, async t => {
    const { result } = await use(t, task, properties, world)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
  })
