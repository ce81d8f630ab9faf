// Temporal: the development server of its command line, which keeps its records in a SQLite file, and one Node process with the worker and
// an HTTP door. Newer versions of the command line cannot be built from Go modules alone: one of their modules is replaced by a folder
// that the published module does not contain.
import { join } from 'node:path'
import { NODE } from './install.ts'
import { post, type Peer } from './peer.ts'
import { answers, findFreePort } from './stage.ts'

const SDK = '1.24.0'

export const temporal: Peer = {
  name: 'temporal',
  title: 'Temporal, dev server',
  store: 'SQLite',
  durable: 'the start in SQLite (rollback journal, synchronous=FULL: SQLite’s defaults)',
  stored: 'history of events with the results of the activities',
  how: 'HTTP door and worker in one Node process, gRPC to the server; a step is an activity',
  installation: {
    type: 'go',
    folder: 'temporal',
    module: 'github.com/temporalio/cli/cmd/temporal@v1.5.1',
    packages: ['worker', 'client', 'workflow', 'activity'].map(name => `@temporalio/${name}@${SDK}`),
  },
  start: async stage => {
    const [frontend, http, metrics, door] = await Promise.all([1, 2, 3, 4].map(findFreePort))
    if (door === undefined) throw new Error('no free port')
    const ports = ['--port', String(frontend), '--http-port', String(http), '--metrics-port', String(metrics)]
    const file = ['--db-filename', join(stage.dataDir, 'temporal.db')]
    stage.run({
      name: 'temporal-server',
      command: join(stage.folder, 'bin', 'temporal'),
      args: ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', ...ports, ...file, '--log-level', 'error'],
      env: { HOME: stage.dataDir },
    })
    stage.place(join(import.meta.dirname, 'apps', 'temporal-workflows.mjs'))
    const app = stage.place(join(import.meta.dirname, 'apps', 'temporal-app.mjs'))
    const env = { PORT: String(door), TEMPORAL: `127.0.0.1:${frontend}`, FOLDER: stage.folder }
    stage.run({ name: 'temporal-app', command: NODE, args: [app], env })
    const address = `http://127.0.0.1:${door}`
    await stage.until('Temporal', () => answers(address))
    return {
      prove: async () => await (await fetch(`${address}/three`, { method: 'POST' })).text(),
      threeSteps: post(door, '/three'),
      starts: post(door, '/two'),
      countEnded: async () => Number(await (await fetch(`${address}/count`, { method: 'POST' })).text()),
    }
  },
}
