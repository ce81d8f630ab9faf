// Airbyte on one's own machines: its configuration API, whose calls are all of them posts.
import { answerJson, askAgainUntil, clientCall, clientOptions, defineTask, listIn, numberIn } from '@batuta/plugin-sdk'
import { messageOf, p, TaskError, textIn } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { endOf, openAirbyte, type Airbyte } from './open-airbyte.ts'

const PREFIX = 'io.kestra.plugin.airbyte.connections'

const properties = {
  ...clientOptions,
  url: p.string().dynamic().required().group('main').title('The address of Airbyte.'),
  username: p.string().dynamic().group('connection').title('A user.'),
  password: p.string().dynamic().secret().group('connection').title('The password of the user.'),
  token: p.string().dynamic().secret().group('connection').title('A token.'),
  httpTimeout: p
    .duration()
    .dynamic()
    .default('PT10S')
    .deprecated('Use `options.timeout` instead.')
    .title('Time for an answer.'),
  applicationCredentials: p
    .object({
      clientId: p.string().dynamic().required().title('Its id.'),
      clientSecret: p.string().dynamic().required().secret().title('Its secret.'),
    })
    .group('connection')
    .title('An application of Airbyte.'),
  pollFrequency: p.duration().dynamic().default('PT1S').group('execution').title('How often the job is looked at.'),
  maxDuration: p.duration().dynamic().default('PT60M').group('execution').title('How long to wait for its end.'),
} as const

const METRICS = [
  { name: 'attempts.count', type: 'counter', description: 'How often it was tried.' },
  { name: 'records.committed', type: 'counter', description: 'Records that arrived.' },
  { name: 'records.emitted', type: 'counter', description: 'Records that were read.' },
  { name: 'bytes.emitted', type: 'counter', description: 'Bytes that were read.' },
  { name: 'state.emitted', type: 'counter', description: 'Messages about how far it was.' },
] as const

type Props = LazyProperties<typeof properties>

async function openOwn(ctx: RunContext, props: Props): Promise<Airbyte> {
  const url = (await props.url.render()).trim().replace(/\/+$/, '')
  const credentials = {
    token: await props.token.render(),
    application: await props.applicationCredentials.render(),
    username: await props.username.render(),
    password: await props.password.render(),
  }
  const readTimeoutMs = props.httpTimeout.isSet ? await props.httpTimeout.render() : undefined
  const how = {
    ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
    ...clientCall(await props.options.render()),
  }
  return openAirbyte(ctx, { base: `${url}/api/v1`, tokenUrl: `${url}/api/v1/applications/token`, credentials, how })
}

export const sync = defineTask({
  type: `${PREFIX}.Sync`,
  title: 'Sync a connection of Airbyte.',
  description:
    'Unless told otherwise the task waits for the end of the job and ends as it does. A task that is stopped leaves the job to itself.',
  properties: {
    ...properties,
    connectionId: p.string().dynamic().required().group('main').title('The connection.'),
    wait: p.boolean().dynamic().default(true).group('execution').title('Wait for its end.'),
    failOnActiveSync: p
      .boolean()
      .dynamic()
      .default(true)
      .title('Fail when the connection is being synced already; otherwise the job that runs is followed.'),
  },
  outputs: [
    { name: 'jobId', type: 'long', description: 'The number of the job.' },
    { name: 'alreadyRunning', type: 'bool', description: 'Whether somebody else had started it.' },
  ],
  metrics: METRICS,
  examples: [
    {
      title: 'Sync, as an application.',
      full: true,
      code: `id: airbyte
namespace: company.team

tasks:
  - id: sync
    type: ${PREFIX}.Sync
    url: http://airbyte.example.com:8080
    applicationCredentials:
      clientId: "{{ secret('AIRBYTE_ID') }}"
      clientSecret: "{{ secret('AIRBYTE_SECRET') }}"
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12cd
`,
    },
  ],
  async run(ctx, props) {
    const airbyte = await openOwn(ctx, props)
    const connectionId = (await props.connectionId.render()).trim()
    const started = await start(airbyte, connectionId, await props.failOnActiveSync.render())
    const outputs = { jobId: started.jobId, alreadyRunning: started.alreadyRunning }
    ctx.logger.info(`job ${started.jobId} ${started.alreadyRunning ? 'runs already' : 'has begun'}`)
    if (!(await props.wait.render())) return outputs
    try {
      await follow(ctx, props, { airbyte, jobId: started.jobId })
      return outputs
    } catch (cause) {
      ctx.signal.throwIfAborted()
      throw new TaskError(messageOf(cause), { cause, outputs })
    }
  },
})

interface Started {
  readonly jobId: number
  readonly alreadyRunning: boolean
}

const RUNS_ALREADY = 409

async function start(airbyte: Airbyte, connectionId: string, isFailure: boolean): Promise<Started> {
  const asked = { method: 'POST', path: '/connections/sync', json: { connectionId } } as const
  const answer = await airbyte.call(asked)
  if (answer.code < 400) {
    const jobId = numberIn(answerJson(answer), 'job', 'id')
    if (jobId !== undefined) return { jobId, alreadyRunning: false }
    throw new TaskError('Airbyte answered without the number of a job: look at "url"')
  }
  if (answer.code !== RUNS_ALREADY) throw airbyte.refused(asked, answer)
  if (isFailure) {
    throw new TaskError(
      `the connection "${connectionId}" is being synced already: failOnActiveSync: false follows that job`,
    )
  }
  const json = { configTypes: ['sync'], configId: connectionId, pagination: { pageSize: 1, rowOffset: 0 } }
  const jobs = listIn(await airbyte.ask({ method: 'POST', path: '/jobs/list', json }), 'jobs')
  const jobId = numberIn(jobs, 0, 'job', 'id')
  if (jobId !== undefined) return { jobId, alreadyRunning: true }
  throw new TaskError(`the connection "${connectionId}" is being synced already, by a job that Airbyte does not list`)
}

interface Job {
  readonly airbyte: Airbyte
  readonly jobId: number
}

/** @throws {TaskError} for a job that did not succeed; its state travels along. */
async function follow(ctx: RunContext, props: Props, { airbyte, jobId }: Job): Promise<string> {
  const told = new Map<string, number>()
  const job = await askAgainUntil(ctx, {
    ask: async () => {
      const found = await airbyte.ask({ method: 'POST', path: '/jobs/get', json: { id: jobId } })
      tellLines(ctx, found, told)
      return endOf(textIn(found, 'job', 'status')) === undefined ? undefined : found
    },
    everyMs: await props.pollFrequency.render(),
    atMostMs: await props.maxDuration.render(),
    what: `the job ${jobId} of Airbyte`,
  })
  measure(ctx, job)
  const finalJobStatus = textIn(job, 'job', 'status') ?? ''
  if (finalJobStatus === 'succeeded') return finalJobStatus
  const failures = listIn(job, 'attempts').flatMap(one => listIn(one, 'attempt', 'failureSummary', 'failures'))
  const why = failures.map(one => textIn(one, 'externalMessage')).findLast(one => one !== undefined)
  const message = `the job ${jobId} of Airbyte ended as ${finalJobStatus}${why === undefined ? '' : `: ${why}`}`
  throw new TaskError(message, { outputs: { finalJobStatus } })
}

function tellLines(ctx: RunContext, job: unknown, told: Map<string, number>): void {
  for (const [at, attempt] of listIn(job, 'attempts').entries()) {
    const id = textIn(attempt, 'attempt', 'id') ?? String(at)
    const lines = listIn(attempt, 'logs', 'logLines')
    for (const line of lines.slice(told.get(id) ?? 0)) if (typeof line === 'string') ctx.logger.info(line)
    told.set(id, lines.length)
  }
}

function measure(ctx: RunContext, job: unknown): void {
  const attempts = listIn(job, 'attempts')
  const sum = (name: string): number =>
    attempts.reduce<number>((total, one) => total + (numberIn(one, 'attempt', 'totalStats', name) ?? 0), 0)
  ctx.metrics.counter('attempts.count', attempts.length)
  ctx.metrics.counter('records.committed', sum('recordsCommitted'))
  ctx.metrics.counter('records.emitted', sum('recordsEmitted'))
  ctx.metrics.counter('bytes.emitted', sum('bytesEmitted'))
  ctx.metrics.counter('state.emitted', sum('stateMessagesEmitted'))
}

export const checkStatus = defineTask({
  type: `${PREFIX}.CheckStatus`,
  title: 'Wait for the end of a job of Airbyte.',
  description: 'The task ends as the job does.',
  properties: { ...properties, jobId: p.string().dynamic().required().group('main').title('The number of the job.') },
  outputs: [{ name: 'finalJobStatus', type: 'string', description: 'succeeded, failed or cancelled.' }],
  metrics: METRICS,
  examples: [
    {
      title: 'Start a sync, do something else, and wait for it.',
      full: true,
      code: `id: airbyte
namespace: company.team

tasks:
  - id: start
    type: ${PREFIX}.Sync
    url: http://airbyte.example.com:8080
    token: "{{ secret('AIRBYTE_TOKEN') }}"
    connectionId: e3b1ce92-547c-436f-b1e8-23b6936c12cd
    wait: false

  - id: ended
    type: ${PREFIX}.CheckStatus
    url: http://airbyte.example.com:8080
    token: "{{ secret('AIRBYTE_TOKEN') }}"
    jobId: "{{ outputs.start.jobId }}"
`,
    },
  ],
  async run(ctx, props) {
    const written = (await props.jobId.render()).trim()
    const jobId = Number(written)
    if (!Number.isSafeInteger(jobId))
      throw new TaskError(`property "jobId" must be the number of a job, not "${written}"`)
    return { finalJobStatus: await follow(ctx, props, { airbyte: await openOwn(ctx, props), jobId }) }
  },
})
