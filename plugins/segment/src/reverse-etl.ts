// Reverse ETL of Segment: what a model finds in a warehouse is sent to where it is wanted.
import { answerJson, askAgainUntil, defineTask, expectHttp, lookInto, messageOf, p } from '@batuta/plugin-sdk'
import { TaskError, textIn, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'

const PREFIX = 'io.kestra.plugin.twilio.segment.reverseetl'
const OLDER = 'io.kestra.plugin.segment.reverseetl'

const properties = {
  token: p.string().dynamic().required().secret().group('main').title('A token of the public API.'),
  uri: p
    .string()
    .dynamic()
    .default('https://api.segmentapis.com')
    .group('advanced')
    .title('The address of the API; in Europe https://eu1.api.segmentapis.com.'),
  modelId: p.string().dynamic().required().group('main').title('The model.'),
} as const

const STATUS_OUTPUT = {
  name: 'status',
  type: 'map<any>',
  description: 'How far it is, with the counts of its two phases.',
} as const

type Ask = (method: 'GET' | 'POST', path: string, json?: unknown) => Promise<unknown>

async function openSegment(ctx: RunContext, props: LazyProperties<typeof properties>): Promise<Ask> {
  const token = (await props.token.render()).trim()
  ctx.mask(token)
  const base = (await props.uri.render()).trim().replace(/\/+$/, '')
  return async (method, path, json) => {
    const answer = await expectHttp(ctx, {
      ...{ method, url: `${base}${path}` },
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    return lookInto(answerJson(answer), 'data')
  }
}

async function askStatus(ask: Ask, modelId: string, syncId: string): Promise<unknown> {
  const path = `/reverse-etl-models/${encodeURIComponent(modelId)}/syncs/${encodeURIComponent(syncId)}`
  const status = lookInto(await ask('GET', path), 'reverseETLSyncStatus')
  if (textIn(status, 'syncStatus') === undefined) throw new TaskError('Segment answered without the state of the sync')
  return status
}

const EXAMPLE = `id: segment
namespace: company.team

tasks:
  - id: sync
    type: ${PREFIX}.Sync
    token: "{{ secret('SEGMENT_TOKEN') }}"
    sourceId: warehouse
    modelId: model
    subscriptionId: subscription
`

export const reverseEtlSync = defineTask({
  type: `${PREFIX}.Sync`,
  aliases: [`${OLDER}.Sync`],
  title: 'Start a sync of Segment’s Reverse ETL.',
  properties: {
    ...properties,
    sourceId: p.string().dynamic().required().group('main').title('The warehouse.'),
    subscriptionId: p.string().dynamic().required().group('main').title('The mapping.'),
    wait: p.boolean().dynamic().default(false).group('advanced').title('Wait for its end.'),
    maxDuration: p.duration().dynamic().default('PT1H').group('execution').title('How long to wait for its end.'),
    pollInterval: p.duration().dynamic().default('PT5S').group('execution').title('How often it is looked at.'),
    errorOnFailing: p
      .boolean()
      .dynamic()
      .default(false)
      .group('advanced')
      .title('Fail when the sync fails; otherwise the log says so.'),
  },
  outputs: [
    { name: 'syncId', type: 'string', description: 'The sync.' },
    { name: 'created', type: 'map<any>', description: 'The sync and when it began.' },
    STATUS_OUTPUT,
  ],
  examples: [{ title: 'Sync and wait.', full: true, code: `${EXAMPLE}    wait: true\n    errorOnFailing: true\n` }],
  async run(ctx, props) {
    const ask = await openSegment(ctx, props)
    const modelId = (await props.modelId.render()).trim()
    const json = {
      sourceId: await props.sourceId.render(),
      modelId,
      subscriptionId: await props.subscriptionId.render(),
    }
    const created = lookInto(await ask('POST', '/reverse-etl-syncs', json), 'reverseETLManualSync')
    const syncId = textIn(created, 'syncId')
    if (syncId === undefined) throw new TaskError('Segment answered without the id of a sync')
    ctx.logger.info(`the sync ${syncId} has begun`)
    const outputs = { syncId, created: Object(created) }
    if (!(await props.wait.render())) return outputs
    const status = await askAgainUntil(ctx, {
      ask: async () => {
        const found = await askStatus(ask, modelId, syncId)
        return isOver(found) ? found : undefined
      },
      everyMs: await props.pollInterval.render(),
      atMostMs: await props.maxDuration.render(),
      what: `the sync ${syncId} of Segment`,
    }).catch((cause: unknown) => {
      ctx.signal.throwIfAborted()
      throw new TaskError(messageOf(cause), { cause, outputs })
    })
    const ended = { ...outputs, status: Object(status) }
    const [state, why] = [textIn(status, 'syncStatus'), textIn(status, 'error')]
    if (state === 'SUCCESS') return ended
    const message = `the sync ${syncId} of Segment ended as ${state}${why ? `: ${why}` : ''}`
    if (await props.errorOnFailing.render()) throw new TaskError(message, { outputs: ended })
    ctx.logger.warn(message)
    return ended
  },
})

const RUNNING: ReadonlySet<string> = new Set(['IN_PROGRESS', 'RUNNING', 'PENDING', 'QUEUED'])
const ENDED: ReadonlySet<string> = new Set(['SUCCESS', 'PARTIAL_SUCCESS', 'FAIL', 'FAILED', 'CANCELLED', 'CANCELED'])

function isOver(status: unknown): boolean {
  const state = textIn(status, 'syncStatus') ?? ''
  return ENDED.has(state) || (!RUNNING.has(state) && (textIn(status, 'finishedAt') ?? '') !== '')
}

export const reverseEtlStatus = defineTask({
  type: `${PREFIX}.Status`,
  aliases: [`${OLDER}.Status`],
  title: 'Say how far a sync of Segment’s Reverse ETL is.',
  properties: { ...properties, syncId: p.string().dynamic().required().group('main').title('The sync.') },
  outputs: [STATUS_OUTPUT],
  examples: [
    {
      title: 'Start one and look at it.',
      full: true,
      code: `${EXAMPLE}
  - id: look
    type: ${PREFIX}.Status
    token: "{{ secret('SEGMENT_TOKEN') }}"
    modelId: model
    syncId: "{{ outputs.sync.syncId }}"
`,
    },
  ],
  async run(ctx, props) {
    const ask = await openSegment(ctx, props)
    const status = await askStatus(ask, (await props.modelId.render()).trim(), (await props.syncId.render()).trim())
    return { status: Object(status) }
  },
})
