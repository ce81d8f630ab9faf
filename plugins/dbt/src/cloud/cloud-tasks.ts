import { defineTask, messageOf, outputsOfError, p, TaskError, textIn } from '@batuta/plugin-sdk'
import { cloudProperties, openCloud } from './call-cloud.ts'
import { FOLLOW_OUTPUTS, followProperties, followRun } from './follow-run.ts'

const PREFIX = 'io.kestra.plugin.dbt.cloud'

export const triggerRun = defineTask({
  type: `${PREFIX}.TriggerRun`,
  title: 'Start a job of dbt Cloud.',
  description:
    'Unless told otherwise the task waits for the end of the run and ends as it does. A task that is stopped leaves the run to itself.',
  properties: {
    ...cloudProperties,
    ...followProperties,
    jobId: p.string().dynamic().required().group('main').title('The number of the job.'),
    cause: p
      .string()
      .dynamic()
      .required()
      .default('Triggered by Kestra.')
      .group('main')
      .title('Why it is started, as the page of the run shows it.'),
    gitSha: p.string().dynamic().group('source').title('The commit to run.'),
    gitBranch: p.string().dynamic().group('source').title('The branch to run.'),
    schemaOverride: p.string().dynamic().group('advanced').title('The schema to write to.'),
    dbtVersionOverride: p.string().dynamic().group('advanced').title('The version of dbt.'),
    threadsOverride: p.string().dynamic().group('advanced').title('How many threads work.'),
    targetNameOverride: p.string().dynamic().group('advanced').title('The name of the target.'),
    generateDocsOverride: p.boolean().dynamic().group('advanced').title('Whether docs are made.'),
    timeoutSecondsOverride: p.integer().dynamic().group('advanced').title('Seconds after which the run is stopped.'),
    stepsOverride: p.list(p.string()).dynamic().group('advanced').title('The commands to run.'),
    wait: p.boolean().dynamic().default(true).group('execution').title('Wait for its end.'),
  },
  outputs: [{ name: 'runId', type: 'long', description: 'The number of the run.' }, ...FOLLOW_OUTPUTS],
  examples: [
    {
      title: 'Run a job, of a branch.',
      full: true,
      code: `id: dbt_cloud
namespace: company.team

tasks:
  - id: run
    type: ${PREFIX}.TriggerRun
    accountId: "12345"
    token: "{{ secret('DBT_TOKEN') }}"
    jobId: "678"
    gitBranch: develop
`,
    },
  ],
  async run(ctx, props) {
    const cloud = await openCloud(ctx, props)
    const threads = await props.threadsOverride.render()
    const started = await cloud.ask('POST', `/jobs/${encodeURIComponent((await props.jobId.render()).trim())}/run/`, {
      cause: await props.cause.render(),
      git_sha: await props.gitSha.render(),
      git_branch: await props.gitBranch.render(),
      schema_override: await props.schemaOverride.render(),
      dbt_version_override: await props.dbtVersionOverride.render(),
      threads_override: threads === undefined ? undefined : threadsOf(threads),
      target_name_override: await props.targetNameOverride.render(),
      generate_docs_override: await props.generateDocsOverride.render(),
      timeout_seconds_override: await props.timeoutSecondsOverride.render(),
      steps_override: await props.stepsOverride.render(),
    })
    const runId = textIn(started, 'id')
    if (runId === undefined) throw new TaskError('dbt Cloud answered without the number of a run')
    ctx.logger.info(`run ${runId} has begun: ${textIn(started, 'href') ?? ''}`)
    const outputs = { runId: Number(runId) }
    if (!(await props.wait.render())) return outputs
    try {
      return { ...outputs, ...(await followRun(ctx, props, { cloud, runId })) }
    } catch (cause) {
      ctx.signal.throwIfAborted()
      throw new TaskError(messageOf(cause), { cause, outputs: { ...outputs, ...outputsOfError(cause) } })
    }
  },
})

function threadsOf(text: string): number {
  const threads = Number(text)
  if (Number.isInteger(threads) && threads > 0) return threads
  throw new TaskError(`property "threadsOverride" must be a number of threads, not "${text}"`)
}

export const checkStatus = defineTask({
  type: `${PREFIX}.CheckStatus`,
  title: 'Wait for the end of a run of dbt Cloud.',
  description: 'The task ends as the run does.',
  properties: {
    ...cloudProperties,
    ...followProperties,
    runId: p.string().dynamic().required().group('main').title('The number of the run.'),
  },
  outputs: FOLLOW_OUTPUTS,
  examples: [
    {
      title: 'Start a job, do something else, and wait for it.',
      full: true,
      code: `id: dbt_cloud
namespace: company.team

tasks:
  - id: start
    type: ${PREFIX}.TriggerRun
    accountId: "12345"
    token: "{{ secret('DBT_TOKEN') }}"
    jobId: "678"
    wait: false

  - id: ended
    type: ${PREFIX}.CheckStatus
    accountId: "12345"
    token: "{{ secret('DBT_TOKEN') }}"
    runId: "{{ outputs.start.runId }}"
`,
    },
  ],
  async run(ctx, props) {
    const runId = (await props.runId.render()).trim()
    return { ...(await followRun(ctx, props, { cloud: await openCloud(ctx, props), runId })) }
  },
})
