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
}

test('scripts are run as by default unless something is written', () => {
  const { hidden: _hidden, ...defaults } = SCRIPT_SETTINGS

  assert.deepEqual(readScripts(NOTHING), defaults)
  assert.deepEqual(
    readScripts({
      ...{ isolation: 'process', namespaces: { 'a.b': 'bubblewrap' }, zygotes: '0', idleSeconds: '60' },
      writable: ['/opt/models', '/srv'],
    }),
    {
      ...{ isolation: 'process', isolationByNamespace: { 'a.b': 'bubblewrap' }, zygotesMax: 0, zygoteIdleMs: 60_000 },
      writable: ['/opt/models', '/srv'],
    },
  )
})

test('what is written wrong is refused with the way out', () => {
  assert.throws(() => readScripts({ ...NOTHING, isolation: 'docker' }), /one of auto, process, bubblewrap/)
  assert.throws(() => readScripts({ ...NOTHING, namespaces: { a: 'x' } }), /script\.namespaces\.a is "x"/)
  assert.deepEqual(readScripts({ ...NOTHING, writable: '/a, /b' }).writable, ['/a', '/b'])
  assert.throws(() => readScripts({ ...NOTHING, writable: ['models'] }), /script\.writable is "models"/)
  assert.throws(() => readScripts({ ...NOTHING, zygotes: '-1' }), /a whole number from 0 to 1000/)
})
