// Airflow: API server, scheduler with its local executor and DAG processor, with their records in PostgreSQL; its HTTP API starts a DAG run.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { requestJson, textAt, waitForResult } from './http-json.ts'
import type { Peer } from './peer.ts'
import { answers, findFreePort, type Stage } from './stage.ts'

const PARALLEL = '8'

export const airflow: Peer = {
  name: 'airflow',
  title: 'Airflow',
  store: 'PostgreSQL',
  durable: 'the queued DAG run (fsync, synchronous_commit=on)',
  stored: 'DAG runs, task instances, results as XComs; logs as files',
  how: `HTTP API; local executor of ${PARALLEL}, a Python process per task; state asked each 100 ms`,
  installation: {
    type: 'pypi',
    folder: 'airflow',
    packages: ['apache-airflow==3.3.2', 'psycopg2-binary==2.9.11', 'asyncpg==0.32.0'],
  },
  isSlow: true,
  start: async stage => {
    const { port: database } = await stage.postgres()
    const port = await findFreePort()
    const address = `http://127.0.0.1:${port}`
    const env = environment(stage, { port, database })
    const commands = join(import.meta.dirname, 'apps', 'airflow-up.sh')
    mkdirSync(join(stage.dataDir, 'dags'))
    copyFileSync(join(import.meta.dirname, 'apps', 'airflow_dags.py'), join(stage.dataDir, 'dags', 'airflow_dags.py'))
    stage.run({ name: 'airflow', command: '/bin/sh', args: [commands, String(port)], env })
    const api = `${address}/api/v2`
    await stage.until('Airflow', () => answers(`${api}/monitor/health`), 100)
    const headers = { authorization: `Bearer ${await tokenOf(address)}` }
    await stage.until(
      'the DAG',
      async () => textAt(await requestJson(`${api}/dags/three`, undefined, headers), 'dag_id'),
      100,
    )
    await stage.until(
      'the other',
      async () => textAt(await requestJson(`${api}/dags/two`, undefined, headers), 'dag_id'),
      100,
    )
    const create = async (dag: string): Promise<string> =>
      textAt(await requestJson(`${api}/dags/${dag}/dagRuns`, { logical_date: null }, headers), 'dag_run_id') ?? ''
    const runToEnd = async (): Promise<string> => {
      const id = encodeURIComponent(await create('three'))
      const place = `${api}/dags/three/dagRuns/${id}`
      await waitForResult(async () => hasEnded(textAt(await requestJson(place, undefined, headers), 'state')))
      return place
    }
    return {
      prove: async () => {
        const place = `${await runToEnd()}/taskInstances/third/xcomEntries/return_value`
        return textAt(await requestJson(place, undefined, headers), 'value') ?? ''
      },
      threeSteps: { type: 'call', call: async () => void (await runToEnd()) },
      starts: { type: 'call', call: async () => void (await create('two')) },
      countEnded: async () => {
        const ended = await requestJson(`${api}/dags/two/dagRuns?state=success&limit=1`, undefined, headers)
        return Number(textAt(ended, 'total_entries'))
      },
    }
  },
}

/** All of it on the loopback; DAGs are neither examples nor paused. */
function environment(
  stage: Stage,
  { port, database }: { readonly port: number; readonly database: number },
): Readonly<Record<string, string>> {
  const bin = join(stage.folder, 'venv', 'bin')
  return {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    AIRFLOW_HOME: stage.dataDir,
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `postgresql+psycopg2://postgres@127.0.0.1:${database}/postgres`,
    AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE: '40',
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_FOLDER: join(stage.dataDir, 'dags'),
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__CORE__PARALLELISM: PARALLEL,
    AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG: '64',
    AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG: '64',
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: 'True',
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    AIRFLOW__API_AUTH__JWT_SECRET: 'only-for-this-benchmark-on-the-loopback-of-this-machine-and-nothing-else-at-all',
    AIRFLOW__LOGGING__LOGGING_LEVEL: 'WARNING',
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
  }
}

async function tokenOf(address: string): Promise<string> {
  const token = textAt(await requestJson(`${address}/auth/token`), 'access_token')
  if (token === undefined) throw new Error('Airflow gave no token')
  return token
}

function hasEnded(state: string | undefined): true | undefined {
  if (state === 'failed') throw new Error('the DAG run failed')
  return state === 'success' ? true : undefined
}
