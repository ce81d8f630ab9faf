import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const NS = 'checks.test'

async function start(id: string, checks: string, amount: string): Promise<TestAnswer> {
  await server.saveFlow(`
id: ${id}
namespace: ${NS}
inputs: [{ id: amount, type: INT }]
checks:${checks}
tasks: [{ id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.amount }}" }]`)
  const body = new FormData()
  body.set('amount', amount)
  return await server.send('POST', `/api/v1/main/executions/${NS}/${id}`, { body })
}

type TestAnswer = Awaited<ReturnType<TestServer['send']>>

const check = (behavior: string, condition = '{{ inputs.amount < 100 }}'): string => `
  - { condition: "${condition}", message: "${behavior} {{ inputs.amount }}", style: WARNING, behavior: ${behavior} }`

test('a check that fails the execution makes one that is FAILED from birth, without a task run', async () => {
  const { status, json } = await start('failing', check('FAIL_EXECUTION'), '100')

  assert.equal(status, 200)
  assert.equal(json.state.current, 'FAILED')
  assert.deepEqual(
    json.state.histories.map((moment: { state: string }) => moment.state),
    ['CREATED', 'FAILED'],
  )
  assert.deepEqual(json.taskRunList, [])
})

test('of several checks the most severe one decides', async () => {
  const all = check('CREATE_EXECUTION') + check('FAIL_EXECUTION') + check('BLOCK_EXECUTION')
  const some = check('CREATE_EXECUTION') + check('FAIL_EXECUTION')

  const blocked = await start('all', all, '100')
  const failed = await start('some', some, '100')

  assert.deepEqual([blocked.status, blocked.json.message], [422, 'Invalid entity: BLOCK_EXECUTION 100'])
  assert.deepEqual([failed.status, failed.json.state.current], [200, 'FAILED'])
})

test('checks that hold, and checks that only tell, keep nothing from running', async () => {
  const kept = await start('kept', check('BLOCK_EXECUTION') + check('FAIL_EXECUTION'), '99')
  const told = await start('told', check('CREATE_EXECUTION'), '100')

  assert.deepEqual([kept.json.state.current, told.json.state.current], ['SUCCESS', 'SUCCESS'])
})

test('a check that cannot be judged blocks, and says why', async () => {
  const { status, json } = await start('unclear', check('CREATE_EXECUTION', '{{ ghost.of < 1 }}'), '1')

  assert.equal(status, 422)
  assert.match(json.message, /cannot be judged/)
})

test('validation tells the checks that fail, with style and behaviour', async () => {
  await start('live', check('FAIL_EXECUTION') + check('CREATE_EXECUTION', 'true'), '1')
  const body = new FormData()
  body.set('amount', '200')

  const { json } = await server.send('POST', `/api/v1/main/executions/${NS}/live/validate`, { body })

  assert.deepEqual(json.checks, [{ message: 'FAIL_EXECUTION 200', style: 'WARNING', behavior: 'FAIL_EXECUTION' }])
})
