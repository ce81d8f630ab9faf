import { askAgainUntil, defineTask, messageOf, p, TaskError, type RunContext } from '@batuta/plugin-sdk'
import { fivetranProperties, openFivetran, timeOf, type Connector, type Fivetran } from './open-fivetran.ts'

const TYPE = 'io.kestra.plugin.fivetran.connectors.Status'

export const connectorStatus = defineTask({
  type: TYPE,
  title: 'Wait until connectors of Fivetran are fresh.',
  description:
    'A connector is fresh when its last sync went well, and is not longer ago than its frequency and the buffer. Without `wait` their states are given as they are. Nothing is started.',
  properties: {
    ...fivetranProperties,
    connectorIds: p.list(p.string()).dynamic().required().group('main').title('The connectors.'),
    freshnessBuffer: p.duration().dynamic().default('PT0S').group('main').title('Time beside their frequency.'),
    wait: p.boolean().dynamic().default(true).group('main').title('Wait until all of them are fresh.'),
    maxDuration: p.duration().dynamic().default('PT1H').group('advanced').title('How long to wait.'),
    pollFrequency: p.duration().dynamic().default('PT30S').group('advanced').title('How often they are looked at.'),
    allowTerminal: p
      .boolean()
      .dynamic()
      .default(false)
      .group('advanced')
      .title('Also wait for those that are paused or not connected; otherwise they are a failure.'),
  },
  outputs: [{ name: 'connectors', type: 'map<any>', description: 'Their states, by their ids.' }],
  examples: [
    {
      title: 'Go on when the sources are loaded.',
      full: true,
      code: `id: fivetran
namespace: company.team

tasks:
  - id: loaded
    type: ${TYPE}
    apiKey: "{{ secret('FIVETRAN_KEY') }}"
    apiSecret: "{{ secret('FIVETRAN_SECRET') }}"
    connectorIds: [speak_inexpensive, interior_eager]
    freshnessBuffer: PT10M
`,
    },
  ],
  async run(ctx, props) {
    const ids = (await props.connectorIds.render()).map(id => id.trim()).filter(id => id !== '')
    if (ids.length === 0) throw new TaskError('property "connectorIds" is empty: name a connector at least')
    const fivetran = await openFivetran(ctx, props)
    const bufferMs = await props.freshnessBuffer.render()
    if (!(await props.wait.render())) return { connectors: await lookAt(fivetran, ids, bufferMs) }
    const passes = await props.allowTerminal.render()
    let last: Readonly<Record<string, State>> = {}
    const connectors = await askAgainUntil(ctx, {
      ask: async () => {
        last = await lookAt(fivetran, ids, bufferMs)
        for (const state of Object.values(last)) expectPossible(state, passes)
        return Object.values(last).every(({ fresh }) => fresh === true) ? last : undefined
      },
      everyMs: await props.pollFrequency.render(),
      atMostMs: await props.maxDuration.render(),
      what: `the wait for ${ids.join(', ')}`,
    }).catch((cause: unknown) => fail(ctx, last, cause))
    return { connectors }
  },
})

interface State extends Connector {
  /** Null where Fivetran does not say how often it is synced. */
  readonly fresh: boolean | null
}

async function lookAt(
  fivetran: Fivetran,
  ids: readonly string[],
  bufferMs: number,
): Promise<Readonly<Record<string, State>>> {
  const states: Record<string, State> = {}
  for (const id of ids) {
    const connector = await fivetran.find(id)
    states[id] = { ...connector, fresh: isFresh(connector, bufferMs, new Date().getTime()) }
  }
  return states
}

const MINUTE_MS = 60_000

export function isFresh(
  { syncFrequency, succeededAt, hasFailed }: Pick<Connector, 'syncFrequency' | 'succeededAt' | 'hasFailed'>,
  bufferMs: number,
  nowMs: number,
): boolean | null {
  if (syncFrequency === null) return null
  return !hasFailed && timeOf(succeededAt) >= nowMs - syncFrequency * MINUTE_MS - bufferMs
}

function expectPossible({ id, fresh, paused, setupState }: State, passes: boolean): void {
  if (fresh === null) throw new TaskError(`Fivetran does not say how often "${id}" is synced: set wait to false`)
  if (fresh || passes) return
  if (paused === true) throw new TaskError(`"${id}" is paused: it will never be fresh`)
  if (setupState !== 'connected') throw new TaskError(`"${id}" is ${setupState}, not connected: it will never be fresh`)
}

function fail(ctx: RunContext, last: Readonly<Record<string, State>>, cause: unknown): never {
  ctx.signal.throwIfAborted()
  const stale = Object.values(last).filter(({ fresh }) => fresh === false)
  const names = stale.map(({ id, succeededAt }) => `${id} (last loaded ${succeededAt ?? 'never'})`).join(', ')
  throw new TaskError(`${messageOf(cause)}${names === '' ? '' : `; not fresh: ${names}`}`, {
    cause,
    outputs: { connectors: last },
  })
}
