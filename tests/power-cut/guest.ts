// Runs inside the machine whose power is cut: a server on the disk that survives, clients beside it, and every word of theirs printed on the
// console at once, for the console is outside.   guest.ts DATA_DIR FLOWS_DIR CUT CLIENTS
import { writeSync } from 'node:fs'
import { startServer } from '../../bench/harness/server-process.ts'
import { Clients } from '../torture/clients.ts'
import { tortureFlows } from '../torture/flows.ts'
import { Ledger } from '../torture/ledger.ts'
import { lineOf } from './console-lines.ts'

const [dataDir = '', flowsDir = '', cut = '', clients = ''] = process.argv.slice(2)
const print = (line: Parameters<typeof lineOf>[0]): void => void writeSync(1, lineOf(line))
const server = await startServer({ dataDir, flowsDir })
print({ type: 'ready' })
const ledger = new Ledger({
  onBegun: token => print({ type: 'begun', token }),
  onAcknowledged: entry => print({ type: 'acknowledged', entry }),
})
await new Clients({
  flows: tortureFlows('', ''),
  ledger,
  clients: Number(clients),
  tokenPrefix: `c${cut}-`,
  port: () => server.port,
  random: Math.random,
}).run()
