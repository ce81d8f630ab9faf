// Restate: its server from npm, a service of two handlers by its SDK in a process of its own, calls by the HTTP ingress.
import { join } from 'node:path'
import { NODE } from './install.ts'
import { post, type Peer } from './peer.ts'
import { answers, findFreePort } from './stage.ts'

const SERVER = 'node_modules/@restatedev/restate-server-linux-x64/bin/restate-server'
const ENDED = "select count(*) as n from sys_invocation where target_handler_name = 'two' and status = 'completed'"

export const restate: Peer = {
  name: 'restate',
  title: 'Restate',
  store: 'own log (RocksDB)',
  durable: 'the invocation in the log (fsync per batch, its default)',
  stored: 'journal of the steps with their results, kept 24 h (its default)',
  how: 'HTTP ingress; handlers in one Node process over HTTP/2',
  installation: {
    type: 'npm',
    folder: 'restate',
    packages: ['@restatedev/restate-server@1.7.12', '@restatedev/restate-sdk@1.17.2'],
  },
  start: async stage => {
    const [ingress, admin, fabric, service] = await Promise.all([1, 2, 3, 4].map(findFreePort))
    if (ingress === undefined) throw new Error('no free port')
    const app = stage.place(join(import.meta.dirname, 'apps', 'restate-app.mjs'))
    stage.run({
      name: 'restate-server',
      command: join(stage.folder, SERVER),
      args: ['--bind-ip', '127.0.0.1', '--bind-port', String(fabric), '--listen-mode', 'tcp', '--no-logo'],
      env: {
        RESTATE_BASE_DIR: join(stage.dataDir, 'restate'),
        RESTATE_ADMIN__BIND_PORT: String(admin),
        RESTATE_INGRESS__BIND_PORT: String(ingress),
        RESTATE_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: '1',
        RUST_LOG: 'warn',
      },
    })
    stage.run({ name: 'restate-app', command: NODE, args: [app], env: { PORT: String(service) } })
    const administration = `http://127.0.0.1:${admin}`
    await stage.until('Restate', () => answers(`${administration}/health`))
    await stage.until('the service', () => register(administration, `http://127.0.0.1:${service}`))
    await stage.until('the ingress', () => answers(`http://127.0.0.1:${ingress}/restate/health`))
    return {
      prove: async () => await (await fetch(`http://127.0.0.1:${ingress}/bench/three`, { method: 'POST' })).text(),
      threeSteps: post(ingress, '/bench/three'),
      starts: post(ingress, '/bench/two/send'),
      countEnded: async () => await countEnded(administration),
    }
  },
}
async function register(administration: string, uri: string): Promise<true | undefined> {
  const response = await fetch(`${administration}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri }),
  })
  await response.body?.cancel()
  return response.ok ? true : undefined
}

/** Ended invocations are kept for a day and can be asked for by SQL. */
async function countEnded(administration: string): Promise<number> {
  const response = await fetch(`${administration}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: ENDED }),
  })
  const answer = await response.text()
  const count = /"n":"?(\d+)/.exec(answer)?.[1]
  if (count === undefined) throw new Error(`Restate answered ${response.status}: ${answer.slice(0, 300)}`)
  return Number(count)
}
