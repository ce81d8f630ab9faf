// npm run torture -- [--store sqlite|postgres] [--kills N] [--seed TEXT] [--min-ms N] [--max-ms N] [--clients N] [--lanes N]
// Kills servers N times under load and checks that nothing that was acknowledged is lost or doubled. Over sqlite one server, again and again;
// over postgres several at once, and PostgreSQL and the network with them. With lanes the kills are shared by as many tortures side by side.
// Ends with "N passed, N failed".
import { parseArgs } from 'node:util'
import { runClusterTorture } from './cluster-torture.ts'
import { CLUSTER_NODES } from './cluster.ts'
import { lanesOf, runLanes } from './lanes.ts'
import { report, wholeOf } from './report.ts'
import { runTorture } from './torture.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now()) },
    'min-ms': { type: 'string', default: '200' },
    'max-ms': { type: 'string', default: '2000' },
    clients: { type: 'string' },
    lanes: { type: 'string', default: '1' },
  },
})
const { store, seed } = values
process.stdout.write(`torture: seed ${seed}\n`)
const spanMs = [wholeOf('min-ms', values['min-ms']), wholeOf('max-ms', values['max-ms'])] as const
const lanes = lanesOf(wholeOf('lanes', values.lanes), wholeOf('kills', values.kills), seed)
const clientsOf = (usual: number): number =>
  wholeOf('clients', values.clients ?? String(Math.ceil(usual / lanes.length)))
const sayOf =
  (name: string) =>
  (line: string): void =>
    void process.stdout.write(`torture: ${name}${line}\n`)
switch (store) {
  case 'sqlite': {
    const clients = clientsOf(48)
    report(await runLanes(lanes, lane => runTorture({ ...lane, lifeMs: spanMs, clients, say: sayOf(lane.name) })))
    break
  }
  case 'postgres': {
    const options = { pauseMs: spanMs, clients: clientsOf(16), nodes: CLUSTER_NODES }
    report(await runLanes(lanes, lane => runClusterTorture({ ...options, ...lane, say: sayOf(lane.name) })))
    break
  }
  default:
    throw new Error(`"${store}" is no store of this build: give sqlite or postgres`)
}
