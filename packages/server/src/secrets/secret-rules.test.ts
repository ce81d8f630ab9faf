import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { SECRET_ANSWERS } from '../answers/secret-answers.ts'
import { readKestraSecret } from './kestra-secret.ts'
import { readSecretRules } from './secret-rules.ts'
import { getSecret } from './secret-sources.ts'

const managerOf = (id: string) => ({ id, find: (namespace: string) => Promise.resolve(`${id} ${namespace}`) })
const store = openMemoryStore(newTables(), () => 1)
const managers = [managerOf('near'), managerOf('far')]
const environmentSecrets = new Map([['K', 'outside']])

test('a namespace chooses its managers, and those below it inherit the choice', async () => {
  const secretRules = readSecretRules({ a: { managers: ['far'] }, 'a.b.c': { managers: [] } }, ['near', 'far'])
  const world = { store, managers, environmentSecrets, secretRules }
  const of = async (namespace: string): Promise<string> =>
    await getSecret(world, { tenant: 'main', namespace, key: 'K' })

  assert.equal(await of('z'), 'near z')
  assert.equal(await of('a.b'), 'far a.b')
  assert.equal(await of('a.b.c'), 'outside')
  assert.throws(() => readSecretRules({ a: { managers: ['ghost'] } }, ['near']), /no manager "ghost"/)
})

test('an isolated namespace falls back to nobody, and is read by its own flows only', async () => {
  const secretRules = readSecretRules({ a: { managers: [] }, 'a.b': { isolated: true, 'read-only': true } }, [])
  const files = {} as never
  const flows = { all: () => [] }
  const world = { store, environmentSecrets, secretRules, files, flows, nowMs: () => 1 }
  const ask = async (asking: string): Promise<unknown> =>
    await SECRET_ANSWERS['secret']?.(
      world,
      { key: 'K', namespace: 'a.b' },
      { tenant: 'main', namespace: asking, flowId: 'f', executionId: 'e' },
    )

  await assert.rejects(getSecret(world, { tenant: 'main', namespace: 'a.b', key: 'K' }), /no secret "K"/)
  await assert.rejects(ask('z'), /isolated/)
  await assert.rejects(ask('a.b.c'), /no secret "K"/)
  assert.deepEqual(secretRules('a.b.c'), { managers: [], isIsolated: true, isReadOnly: true })
})

test('what Kestra calls a manager is one, and what is unknown is told', () => {
  const vault = { address: 'http://v', token: { token: 't' } }

  assert.deepEqual(readKestraSecret({ type: 'vault', vault, cache: { enabled: true } }).managers, [
    { cache: { enabled: true }, ...vault, type: 'vault' },
  ])
  assert.deepEqual(readKestraSecret({ type: 'awsless' }).managers, [])
  assert.match(readKestraSecret({ type: 'doppler' }).problem ?? '', /"doppler" is not known/)
  assert.equal(readKestraSecret({ type: 'jdbc', jdbc: { secret: 'x' } }).problem, undefined)
})

test('a secret that is bound to tasks is given to no other one, and to nothing that is no task', async () => {
  const [manager] = managers
  assert.ok(manager)
  const world = {
    store,
    environmentSecrets,
    managers: [{ ...manager, allowedTasks: ['io.acme.*', 'io.kestra.Exact'] }],
  }
  const as = async (taskType?: string): Promise<string> =>
    await getSecret(world, { tenant: 'main', namespace: 'z', key: 'K', ...(taskType !== undefined && { taskType }) })

  assert.equal(await as('io.acme.Send'), 'near z')
  assert.equal(await as('io.kestra.Exact'), 'near z')
  await assert.rejects(as('io.kestra.ExactNot'), /bound to other tasks than the type "io.kestra.ExactNot"/)
  await assert.rejects(as(), /outside of a task/)
})
