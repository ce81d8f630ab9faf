// Dagster: webserver and daemon with their records in SQLite files; a run is launched by GraphQL, queued, and taken by the daemon.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requestJson, textAt, waitForResult } from './http-json.ts'
import { RESULT, type Peer } from './peer.ts'
import { answers, findFreePort } from './stage.ts'

const LAUNCH = `mutation($job: String!) { launchRun(executionParams: { runConfigData: {},
  selector: { repositoryLocationName: "dagster_jobs.py", repositoryName: "__repository__", jobName: $job } }) {
  __typename ... on LaunchRunSuccess { run { runId } } } }`
const STATUS = `query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }`
const MESSAGES = `query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events { ... on MessageEvent { message } } } } }`
const ENDED = `{ runsOrError(filter: { pipelineName: "two", statuses: [SUCCESS] }) { ... on Runs { count } } }`

export const dagster: Peer = {
  name: 'dagster',
  title: 'Dagster',
  store: 'SQLite',
  durable: 'the queued run in SQLite',
  stored: 'runs and their events; outputs as files',
  how: 'GraphQL; the daemon takes queued runs, a Python process per run, its steps in that process; state asked each 100 ms',
  installation: { type: 'pypi', folder: 'dagster', packages: ['dagster==1.13.27', 'dagster-webserver==1.13.27'] },
  isSlow: true,
  start: async stage => {
    const port = await findFreePort()
    const jobs = stage.place(join(import.meta.dirname, 'apps', 'dagster_jobs.py'))
    const instance = 'telemetry:\n  enabled: false\nconcurrency:\n  runs:\n    max_concurrent_runs: 8\n'
    writeFileSync(join(stage.dataDir, 'dagster.yaml'), instance)
    const workspace = join(stage.dataDir, 'workspace.yaml')
    writeFileSync(
      workspace,
      `load_from:\n  - python_file:\n      relative_path: ${jobs}\n      location_name: dagster_jobs.py\n`,
    )
    const bin = join(stage.folder, 'venv', 'bin')
    const env = { DAGSTER_HOME: stage.dataDir, PATH: `${bin}:${process.env['PATH'] ?? ''}` }
    const listen = ['-h', '127.0.0.1', '-p', String(port), '-w', workspace, '--log-level', 'warning']
    stage.run({ name: 'dagster-webserver', command: join(bin, 'dagster-webserver'), args: listen, env })
    const daemon = ['run', '-w', workspace]
    stage.run({ name: 'dagster-daemon', command: join(bin, 'dagster-daemon'), args: daemon, env })
    const address = `http://127.0.0.1:${port}`
    await stage.until('Dagster', () => answers(`${address}/server_info`))
    const ask = async (query: string, variables: Readonly<Record<string, string>> = {}): Promise<unknown> =>
      await requestJson(`${address}/graphql`, { query, variables })
    const launch = async (job: string): Promise<string> => {
      const answer = await ask(LAUNCH, { job })
      const id = textAt(answer, 'data.launchRun.run.runId')
      if (id === undefined) throw new Error(`Dagster did not launch: ${JSON.stringify(answer).slice(0, 500)}`)
      return id
    }
    const runToEnd = async (): Promise<string> => {
      const id = await launch('three')
      await waitForResult(async () => hasEnded(textAt(await ask(STATUS, { id }), 'data.runOrError.status')))
      return id
    }
    return {
      prove: async () => (JSON.stringify(await ask(MESSAGES, { id: await runToEnd() })).includes(RESULT) ? RESULT : ''),
      threeSteps: { type: 'call', call: async () => void (await runToEnd()) },
      starts: { type: 'call', call: async () => void (await launch('two')) },
      countEnded: async () => Number(textAt(await ask(ENDED), 'data.runsOrError.count')),
    }
  },
}

function hasEnded(status: string | undefined): true | undefined {
  if (status === 'FAILURE' || status === 'CANCELED') throw new Error(`the run ended as ${status}`)
  return status === 'SUCCESS' ? true : undefined
}
