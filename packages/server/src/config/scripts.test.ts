import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCRIPT_SETTINGS } from '@batuta/plugin-sdk'
import { readScripts } from './scripts.ts'

const NOTHING = {
  isolation: undefined,
  namespaces: undefined,
  zygotes: undefined,
  idleSeconds: undefined,
  writable: undefined,
  memory: undefined,
  processes: undefined,
  cpus: undefined,
  cgroup: undefined,
}

test('scripts are run as by default unless something is written', () => {
  const { hidden: _hidden, ...defaults } = SCRIPT_SETTINGS

  assert.deepEqual(readScripts(NOTHING), defaults)
  assert.deepEqual(
    readScripts({
      ...{ isolation: 'process', namespaces: { 'a.b': 'bubblewrap' }, zygotes: '0', idleSeconds: '60' },
      writable: ['/opt/models', '/srv'],
      ...{ memory: '1.5Gi', processes: '64', cpus: '0.5', cgroup: '/batuta' },
    }),
    {
      ...{ isolation: 'process', isolationByNamespace: { 'a.b': 'bubblewrap' }, zygotesMax: 0, zygoteIdleMs: 60_000 },
      writable: ['/opt/models', '/srv'],
      limits: { memoryMaxBytes: 1.5 * 2 ** 30, processesMax: 64, cpusMax: 0.5 },
      cgroup: '/batuta',
    },
  )
})

test('what is written wrong is refused with the way out', () => {
  assert.throws(() => readScripts({ ...NOTHING, isolation: 'docker' }), /one of auto, process, bubblewrap/)
  assert.throws(() => readScripts({ ...NOTHING, namespaces: { a: 'x' } }), /script\.namespaces\.a is "x"/)
  assert.deepEqual(readScripts({ ...NOTHING, writable: '/a, /b' }).writable, ['/a', '/b'])
  assert.throws(() => readScripts({ ...NOTHING, writable: ['models'] }), /script\.writable is "models"/)
  assert.throws(() => readScripts({ ...NOTHING, zygotes: '-1' }), /a whole number from 0 to 1000/)
  for (const memory of ['lots', '1MB', '1Mi', '-1', '', '9999999999Ti'])
    assert.throws(() => readScripts({ ...NOTHING, memory }), /script\.limits\.memory .* 512Mi or 2Gi/, memory)
  for (const processes of ['8', '1.5', 'many'])
    assert.throws(() => readScripts({ ...NOTHING, processes }), /a whole number from 16 to 1000000/, processes)
  for (const cpus of ['-1', '0.001', 'all'])
    assert.throws(() => readScripts({ ...NOTHING, cpus }), /a number from 0\.01 to 10000/, cpus)
  for (const cgroup of ['batuta', '/batuta/../..'])
    assert.throws(() => readScripts({ ...NOTHING, cgroup }), /a path from the top/, cgroup)
  assert.deepEqual(readScripts({ ...NOTHING, memory: '0', processes: '0', cpus: '0' }).limits, SCRIPT_SETTINGS.limits)
})
