// A server on loopback that tells of its oldest events until it is told that they were taken. Polling has no place to tell it but the flow: its
// trigger asks again when the execution has ended, and that ends when it has told.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { flowOf, INTERVAL, type Counterpart, type Ground } from './counterpart.ts'

const EVENTS_AT_ONCE = 100

export async function httpEvents(ground: Ground): Promise<Counterpart> {
  const open = new Set<number>()
  const answer = (response: ServerResponse, body: unknown): void => void response.end(JSON.stringify(body))
  const server = createServer((request, response) => {
    if (request.method === 'GET') return answer(response, { events: [...open].slice(0, EVENTS_AT_ONCE) })
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      for (const number of text.split(',')) open.delete(Number(number))
      answer(response, {})
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const uri = `uri: http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
  const numbers = '{% for event in fromJson(trigger.body).events %}{{ event }},{% endfor %}'
  const trigger = [
    ...['type: io.kestra.plugin.core.http.Trigger', INTERVAL, uri],
    'responseCondition: "{{ response.body.events | length > 0 }}"',
  ]
  const tasks = [
    ...['- id: taken', '  type: io.kestra.plugin.core.http.Request', `  ${uri}`, '  method: POST'],
    ...['  contentType: text/plain', `  body: "${numbers}"`],
    ...['  retry:', '    type: constant', '    interval: PT0.2S', '    maxAttempts: 20'],
  ]
  return {
    flow: flowOf(ground, { numbers, trigger, tasks }),
    produce: async given => {
      for (const number of given) open.add(number)
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
