// Airbyte Cloud, by its public API. Airbyte on one's own machines has the same one below /api/public/v1.
import { askAgainUntil, defineTask, messageOf, numberIn, p, parseDuration, TaskError, textIn } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, TaskDefinition, TaskOutputs } from '@batuta/plugin-sdk'
import { endOf, openAirbyte, type Airbyte } from './open-airbyte.ts'

const PREFIX = 'io.kestra.plugin.airbyte.cloud.jobs'
const TOKEN_PATH = '/applications/token'
const API = 'https://api.airbyte.com/v1'

const properties = {
  token: p.string().dynamic().secret().group('connection').title('A token.'),
  clientId: p.string().dynamic().group('connection').title('The id of an application.'),
  clientSecret: p.string().dynamic().secret().group('connection').title('The secret of the application.'),
  tokenURL: p
    .string()
    .dynamic()
    .default(`${API}${TOKEN_PATH}`)
    .group('advanced')
    .title(`Where applications get their tokens; where it ends in ${TOKEN_PATH}, the API is asked beside it.`),
  username: p.string().dynamic().group('connection').title('A user.'),
  password: p.string().dynamic().secret().group('connection').title('The password of the user.'),
  connectionId: p.string().dynamic().required().group('main').title('The connection.'),
  wait: p.boolean().dynamic().default(true).group('execution').title('Wait for its end.'),
  maxDuration: p.duration().dynamic().default('PT60M').group('execution').title('How long to wait for its end.'),
  pollFrequency: p.duration().dynamic().default('PT1S').group('execution').title('How often the job is looked at.'),
} as const

type Props = LazyProperties<typeof properties>

function jobTask(name: string, jobType: 'sync' | 'reset', title: string): TaskDefinition<typeof properties> {
  return defineTask({
    type: `${PREFIX}.${name}`,
    title,
    description:
      'Unless told otherwise the task waits for the end of the job and ends as it does. A task that is stopped leaves the job to itself.',
    properties,
    outputs: [{ name: 'job', type: 'map<any>', description: 'Its number, state, times, and what it has moved.' }],
    metrics: [
      { name: 'bytes_synced', type: 'counter', description: 'Bytes that arrived.' },
      { name: 'rows_synced', type: 'counter', description: 'Rows that arrived.' },
      { name: 'duration', type: 'timer', description: 'How long it took.' },
    ],
    examples: [
      {
        title: 'As an application.',
        full: true,
        code: `id: airbyte
namespace: company.team

tasks:
  - id: job
    type: ${PREFIX}.${name}
    clientId: "{{ secret('AIRBYTE_ID') }}"
    clientSecret: "{{ secret('AIRBYTE_SECRET') }}"
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12cd
`,
      },
    ],
    run: (ctx, props) => runJob(ctx, props, jobType),
  })
}

export const cloudSync = jobTask('Sync', 'sync', 'Sync a connection of Airbyte Cloud.')
export const cloudReset = jobTask('Reset', 'reset', 'Empty what a connection of Airbyte Cloud has written.')

async function runJob(ctx: RunContext, props: Props, jobType: string): Promise<TaskOutputs> {
  const airbyte = await openCloud(ctx, props)
  const connectionId = (await props.connectionId.render()).trim()
  const started = await airbyte.ask({ method: 'POST', path: '/jobs', json: { connectionId, jobType } })
  const jobId = textIn(started, 'jobId')
  if (jobId === undefined) throw new TaskError('Airbyte answered without the number of a job: look at "tokenURL"')
  ctx.logger.info(`job ${jobId} has begun`)
  if (!(await props.wait.render())) return { job: jobOf(started) }
  const everyMs = await props.pollFrequency.render()
  const atMostMs = await props.maxDuration.render()
  let last = started
  const ask = async (): Promise<string | undefined> => {
    last = await airbyte.ask({ method: 'GET', path: `/jobs/${encodeURIComponent(jobId)}` })
    return endOf(textIn(last, 'status'))
  }
  const state = await askAgainUntil(ctx, { ask, everyMs, atMostMs, what: `the job ${jobId} of Airbyte` }).catch(
    (cause: unknown) => {
      ctx.signal.throwIfAborted()
      throw new TaskError(messageOf(cause), { cause, outputs: { job: jobOf(last) } })
    },
  )
  measure(ctx, last)
  if (state === 'succeeded') return { job: jobOf(last) }
  throw new TaskError(`the job ${jobId} of Airbyte ended as ${state}`, { outputs: { job: jobOf(last) } })
}

async function openCloud(ctx: RunContext, props: Props): Promise<Airbyte> {
  const tokenUrl = (await props.tokenURL.render()).trim()
  const base = tokenUrl.endsWith(TOKEN_PATH) ? tokenUrl.slice(0, -TOKEN_PATH.length) : API
  const [clientId, clientSecret] = [await props.clientId.render(), await props.clientSecret.render()]
  const credentials = {
    token: await props.token.render(),
    application: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    username: await props.username.render(),
    password: await props.password.render(),
  }
  if (!credentials.token && credentials.application === undefined && !credentials.username)
    throw new TaskError('give "token", "clientId" and "clientSecret", or "username" and "password"')
  return openAirbyte(ctx, { base, tokenUrl, credentials, how: {} })
}

function jobOf(job: unknown): Readonly<Record<string, unknown>> {
  const texts = ['startTime', 'lastUpdatedAt', 'jobType', 'status', 'duration']
  return {
    jobId: numberIn(job, 'jobId') ?? textIn(job, 'jobId'),
    ...Object.fromEntries(texts.map(name => [name, textIn(job, name) ?? null])),
    bytesSynced: numberIn(job, 'bytesSynced') ?? null,
    rowsSynced: numberIn(job, 'rowsSynced') ?? null,
  }
}

function measure(ctx: RunContext, job: unknown): void {
  ctx.metrics.counter('bytes_synced', numberIn(job, 'bytesSynced') ?? 0)
  ctx.metrics.counter('rows_synced', numberIn(job, 'rowsSynced') ?? 0)
  const durationMs = parseDuration(textIn(job, 'duration') ?? '')
  if (durationMs !== undefined) ctx.metrics.timer('duration', durationMs)
}
