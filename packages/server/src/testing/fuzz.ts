// Random calls against a server, and what is wrong with its answers. Most are made by a user who may do everything, or they would not get far: a server without users
// is closed by the first call that makes one.
import type { SendInit, TestServer } from './test-server.ts'
import { chanceOf, randomCall } from './random-call.ts'
import { listRoutes, sendCall, type RouteCall, type RouteReply } from './route-calls.ts'

export interface FuzzOptions {
  readonly seed: number
  /** Asked before each call. */
  goesOn(calls: number): boolean
}

export interface FuzzReport {
  readonly calls: number
  readonly byStatus: ReadonlyMap<number, number>
  /** Sentences, with the call that shows it. */
  readonly wrong: readonly string[]
}

/** To open the server with. */
export const FUZZ_USER = { name: 'fuzz@example.com', password: 'of the fuzzer' } as const
const AUTHORIZATION = `Basic ${Buffer.from(`${FUZZ_USER.name}:${FUZZ_USER.password}`).toString('base64')}`
/** One in so many calls is made by nobody. */
const NOBODY_EVERY = 20

const WRONG_MAX = 20
/** Maintenance would refuse what comes after it, and a stream of events has no end. */
const isLeftOut = (name: string): boolean => /maintenance/i.test(name)
/** What an answer must not tell: where the server lies, what it runs on, what its secrets are. */
const TELLS = /\/packages\/|node_modules|node:internal|sqlite|syntax error at|open sesame|    at \w/i

const FLOW = `
id: probe
namespace: probe.ns
inputs: [{ id: word, type: STRING, required: false }]
tasks: [{ id: show, type: core.debug.Return, format: hello }]
triggers:
  - { id: clock, type: core.trigger.Schedule, cron: "0 0 1 1 *" }
  - { id: hook, type: core.trigger.Webhook, key: key }
`

export async function fuzz(server: TestServer, { seed, goesOn }: FuzzOptions): Promise<FuzzReport> {
  const chance = chanceOf(seed)
  const routes = listRoutes().filter(({ name }) => !isLeftOut(name))
  const byStatus = new Map<number, number>()
  const wrong: string[] = []
  const send: Send = (method, path, init) => server.send(method, path, init)
  let there = await settle(send)
  let calls = 0
  for (; goesOn(calls) && wrong.length < WRONG_MAX; calls++) {
    // What was there may have been deleted meanwhile.
    if (calls % 500 === 499) there = await settle(send)
    const each = routes[Math.floor(chance() * routes.length)]
    if (!each) break
    const call = randomCall(each, chance, there)
    const isNobody = chance() < 1 / NOBODY_EVERY
    const headers = isNobody ? call.headers : { authorization: AUTHORIZATION, ...call.headers }
    const reply = await sendCall(server.address, { ...call, headers })
    byStatus.set(reply.status, (byStatus.get(reply.status) ?? 0) + 1)
    const problem = problemOf(reply)
    if (problem !== undefined)
      wrong.push(`${each.name} ${problem}: ${shown(call)} → ${reply.status} ${reply.text.slice(0, 300)}`)
  }
  return { calls, byStatus, wrong }
}

export type Send = (method: string, path: string, init: SendInit) => Promise<{ readonly json?: unknown }>

/** Puts something there for calls to find: the values of parameters that lead to it. */
export async function settle(send: Send): Promise<Readonly<Record<string, string>>> {
  const headers = { 'content-type': 'application/x-yaml', authorization: AUTHORIZATION }
  await send('POST', '/api/v1/main/flows', { body: FLOW, headers })
  await send('PUT', '/api/v1/main/flows/probe.ns/probe', { body: FLOW, headers })
  const { json } = await send('POST', '/api/v1/main/executions/probe.ns/probe', {
    headers: { authorization: AUTHORIZATION },
  })
  const executionId = String(Object(json).id ?? 'none')
  const names = { namespace: 'probe.ns', flowId: 'probe', taskId: 'show', triggerId: 'clock', key: 'key' }
  return { ...names, id: 'probe', executionId, taskRunId: `${executionId}-0` }
}

function problemOf({ status, headers, text }: RouteReply): string | undefined {
  if (status >= 500 && status !== 503) return 'is our mistake'
  if (status < 400) return undefined
  if (TELLS.test(text)) return 'tells too much'
  const isJson = String(headers['content-type']).startsWith('application/json')
  // Providers of identities are answered in their own words.
  if (text.startsWith('{"error":"')) return undefined
  if (isJson && !/^\{"message":"(?:[^"\\]|\\.)+","code":"[a-z0-9-]+"/.test(text)) return 'is no error of ours'
  return undefined
}

function shown({ method, path, headers, body }: RouteCall): string {
  return `${method} ${path.slice(0, 300)} ${headers['content-type'] ?? ''} ${(body ?? '').slice(0, 300)}`
}
