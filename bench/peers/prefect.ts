// Prefect in its two ways. Served: a start by the API is picked up by the runner's poll and run in a process of its own. Called: an
// application calls the flow in its own warm process, and every state goes to the server. On SQLite, its default, the server answers 503 to
// several clients at once.
import { join } from 'node:path'
import { requestJson, textAt, waitForResult } from './http-json.ts'
import { post, type Peer, type RunningPeer } from './peer.ts'
import { answers, findFreePort, type Stage } from './stage.ts'

const STORE = 'PostgreSQL'
const STORED = 'runs of flows and tasks with their states, events'
const DURABLE = 'the scheduled run (fsync, synchronous_commit=on)'

export const prefect: Peer = {
  name: 'prefect',
  title: 'Prefect, served',
  store: STORE,
  durable: DURABLE,
  stored: STORED,
  how: 'HTTP API; runner polls each second (its default is 10 s), at most 8 at once, a Python process per run; state asked each 100 ms',
  // Prefect 3.8.8 allows a FastAPI that no longer knows one of the words it uses.
  installation: { type: 'pypi', folder: 'prefect', packages: ['prefect==3.8.8', 'fastapi==0.144.0'] },
  isSlow: true,
  start: async stage => {
    const { address, env } = await startServer(stage)
    runFlows(stage, 'serve', env)
    const three = await stage.until('the deployment three', () => deploymentOf(address, 'three'))
    const two = await stage.until('the deployment two', () => deploymentOf(address, 'two'))
    const create = async (deployment: string): Promise<string> =>
      textAt(await requestJson(`${address}/deployments/${deployment}/create_flow_run`, {}), 'id') ?? ''
    const runToEnd = async (): Promise<string> => {
      const id = await create(three)
      return await waitForResult(() => messageOf(address, id))
    }
    return {
      prove: runToEnd,
      threeSteps: { type: 'call', call: async () => void (await runToEnd()) },
      starts: { type: 'call', call: async () => void (await create(two)) },
      countEnded: async () => await countEnded(address),
    }
  },
}

export const prefectCalled: Peer = {
  ...prefect,
  name: 'prefect-called',
  title: 'Prefect, called',
  durable: 'the whole run, ended: a call of a flow has no earlier answer (fsync, synchronous_commit=on)',
  how: 'HTTP door and flows in one warm Python process, a thread per call; states by HTTP to the server',
  start: async (stage): Promise<RunningPeer> => {
    const { address, env } = await startServer(stage)
    const port = await findFreePort()
    runFlows(stage, 'call', { ...env, PORT: String(port) })
    const door = `http://127.0.0.1:${port}`
    await stage.until('the flows', () => answers(door))
    return {
      prove: async () => await (await fetch(`${door}/three`, { method: 'POST' })).text(),
      threeSteps: post(port, '/three'),
      starts: post(port, '/two'),
      countEnded: async () => await countEnded(address),
    }
  },
}

async function startServer(
  stage: Stage,
): Promise<{ readonly address: string; readonly env: Readonly<Record<string, string>> }> {
  const { port: database } = await stage.postgres()
  const port = await findFreePort()
  const address = `http://127.0.0.1:${port}/api`
  const env = {
    PREFECT_HOME: join(stage.dataDir, 'prefect'),
    PREFECT_API_URL: address,
    PREFECT_API_DATABASE_CONNECTION_URL: `postgresql+asyncpg://postgres@127.0.0.1:${database}/postgres`,
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    PREFECT_LOGGING_LEVEL: 'ERROR',
    PREFECT_RUNNER_POLL_FREQUENCY: '1',
    DO_NOT_TRACK: '1',
  }
  const args = ['server', 'start', '--host', '127.0.0.1', '--port', String(port)]
  stage.run({ name: 'prefect-server', command: join(stage.folder, 'venv', 'bin', 'prefect'), args, env })
  await stage.until('Prefect', () => answers(`${address}/health`))
  return { address, env }
}

function runFlows(stage: Stage, how: 'serve' | 'call', env: Readonly<Record<string, string>>): void {
  const flows = stage.place(join(import.meta.dirname, 'apps', 'prefect_flows.py'))
  stage.run({ name: 'flows', command: join(stage.folder, 'venv', 'bin', 'python'), args: [flows, how], env })
}

async function deploymentOf(address: string, flow: string): Promise<string | undefined> {
  return textAt(await requestJson(`${address}/deployments/name/${flow}/bench`), 'id')
}

/** The flow ends in a state whose message is its result. */
async function messageOf(address: string, id: string): Promise<string | undefined> {
  const run = await requestJson(`${address}/flow_runs/${id}`)
  const state = textAt(run, 'state.type')
  if (state === 'COMPLETED') return textAt(run, 'state.message') ?? ''
  if (state === 'FAILED' || state === 'CRASHED') throw new Error(`run ${id} ended as ${state}`)
  return undefined
}

async function countEnded(address: string): Promise<number> {
  const filter = { flow_runs: { state: { type: { any_: ['COMPLETED'] } } }, flows: { name: { any_: ['two'] } } }
  return Number(textAt(await requestJson(`${address}/flow_runs/count`, filter), 'value'))
}
