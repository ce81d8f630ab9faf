// npm run torture -- [--store sqlite|postgres] [--kills N] [--seed TEXT] [--min-ms N] [--max-ms N] [--clients N]
// Kills servers N times under load and checks that nothing that was acknowledged is lost or doubled. Over sqlite one server, again and again;
// over postgres several at once, and PostgreSQL and the network with them. Ends with "N passed, N failed".
import { parseArgs } from 'node:util'
import { runClusterTorture } from './cluster-torture.ts'
import { CLUSTER_NODES } from './cluster.ts'
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
  },
})
const { store, seed } = values
process.stdout.write(`torture: seed ${seed}\n`)
const kills = wholeOf('kills', values.kills)
const spanMs = [wholeOf('min-ms', values['min-ms']), wholeOf('max-ms', values['max-ms'])] as const
const say = (line: string): void => void process.stdout.write(`torture: ${line}\n`)
switch (store) {
  case 'sqlite':
    report(await runTorture({ kills, seed, lifeMs: spanMs, clients: wholeOf('clients', values.clients ?? '48'), say }))
    break
  case 'postgres': {
    const clients = wholeOf('clients', values.clients ?? '16')
    report(await runClusterTorture({ kills, seed, pauseMs: spanMs, clients, nodes: CLUSTER_NODES, say }))
    break
  }
  default:
    throw new Error(`"${store}" is no store of this build: give sqlite or postgres`)
}
