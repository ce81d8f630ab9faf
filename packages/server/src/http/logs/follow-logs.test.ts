import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const LOG = 'io.kestra.plugin.core.log.Log'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

test('a log that is followed goes on behind the last event that was seen', async () => {
  const tasks = [1, 2, 3].map(n => `  - { id: t${n}, type: ${LOG}, message: [a${n}, b${n}] }`).join('\n')
  await server.saveFlow(`id: lines\nnamespace: follow\ntasks:\n${tasks}`)
  const { id } = (await server.send('POST', '/api/v1/main/executions/follow/lines')).json
  const follow = async (query: string, after?: string): Promise<readonly (readonly string[])[]> => {
    const headers = after === undefined ? {} : { 'last-event-id': after }
    const { text } = await server.send('GET', `/api/v1/main/logs/${id}/follow${query}`, { headers })
    return [...text.matchAll(/data: (.*)\nid: (.*)\n/g)].map(([, data = '', event = '']) => [
      event,
      String(JSON.parse(data).message),
    ])
  }

  const plain = await follow('')
  const whole = await follow('?resumable=true')
  const rest = await follow('?resumable=true', whole[2]?.[0])
  const strange = await follow('?resumable=true', 'nonsense')

  assert.deepEqual([...new Set(plain.map(([event]) => event))], ['progress', 'end'])
  assert.deepEqual(
    whole.map(([, message]) => message),
    ['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'undefined'],
  )
  assert.deepEqual(rest, whole.slice(3))
  assert.deepEqual(strange, whole)
})
