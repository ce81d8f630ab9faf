// Fivetran calls a connector a connection by now; the tasks keep the older word, the calls have the new one.
import { answerJson, callPatiently, clientCall, clientOptions, lookInto, numberIn, p } from '@batuta/plugin-sdk'
import { refusedCall, TaskError, textIn, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'

export const fivetranProperties = {
  ...clientOptions,
  apiKey: p.string().dynamic().required().secret().group('connection').title('The key of the API.'),
  apiSecret: p.string().dynamic().required().secret().group('connection').title('The secret of the key.'),
  baseUrl: p
    .string()
    .dynamic()
    .required()
    .default('https://api.fivetran.com')
    .group('connection')
    .title('The address of the API.'),
  maxAttempts: p
    .integer()
    .dynamic()
    .default(3)
    .group('advanced')
    .title('How often a call is made that fails for a moment.'),
  initialRetryDelay: p
    .duration()
    .dynamic()
    .default('PT1S')
    .group('advanced')
    .title('The time before the second call; each later one waits twice as long.'),
} as const

export interface Fivetran {
  sync(id: string, force: boolean): Promise<void>
  find(id: string): Promise<Connector>
}

export interface Connector {
  readonly id: string
  readonly name: string | null
  readonly paused: boolean | null
  readonly syncFrequency: number | null
  readonly scheduleType: string | null
  readonly succeededAt: string | null
  readonly failedAt: string | null
  /** Of the two the later one. */
  readonly completedDate: string | null
  readonly hasFailed: boolean
  readonly syncState: string | null
  readonly setupState: string | null
  readonly schemaStatus: string | null
}

export async function openFivetran(
  ctx: RunContext,
  props: LazyProperties<typeof fivetranProperties>,
): Promise<Fivetran> {
  const [key, secret] = [(await props.apiKey.render()).trim(), (await props.apiSecret.render()).trim()]
  for (const hidden of [key, secret]) ctx.mask(hidden)
  const base = (await props.baseUrl.render()).trim().replace(/\/+$/, '')
  const how = clientCall(await props.options.render())
  const patience = {
    retries: Math.max(0, (await props.maxAttempts.render()) - 1),
    delayMs: await props.initialRetryDelay.render(),
  }
  const ask = async (method: 'GET' | 'POST', path: string, json?: unknown): Promise<unknown> => {
    const call = { ...how, method, url: `${base}/v1/connections/${path}` }
    const answer = await callPatiently(ctx, patience, {
      ...call,
      headers: {
        authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
        accept: 'application/json;version=2',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    if (answer.code >= 400) throw refusedCall(call, answer)
    return lookInto(answerJson(answer), 'data')
  }
  return {
    sync: async (id, force) => void (await ask('POST', `${encodeURIComponent(id)}/sync`, { force })),
    find: async id => connectorOf(await ask('GET', encodeURIComponent(id)), id),
  }
}

function connectorOf(found: unknown, id: string): Connector {
  if (textIn(found, 'id') !== id) throw new TaskError(`Fivetran answered without the connection "${id}"`)
  const [succeededAt, failedAt] = [textIn(found, 'succeeded_at') ?? null, textIn(found, 'failed_at') ?? null]
  const paused = lookInto(found, 'paused')
  const hasFailed = timeOf(failedAt) > timeOf(succeededAt)
  return {
    id,
    name: textIn(found, 'schema') ?? null,
    paused: typeof paused === 'boolean' ? paused : null,
    syncFrequency: numberIn(found, 'sync_frequency') ?? null,
    scheduleType: textIn(found, 'schedule_type') ?? null,
    ...{ succeededAt, failedAt, hasFailed },
    completedDate: hasFailed ? failedAt : succeededAt,
    syncState: textIn(found, 'status', 'sync_state') ?? null,
    setupState: textIn(found, 'status', 'setup_state') ?? null,
    schemaStatus: textIn(found, 'status', 'schema_status') ?? null,
  }
}

/** Before everything for what has not happened. */
export function timeOf(moment: string | null): number {
  const time = moment === null ? Number.NaN : Date.parse(moment)
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time
}
