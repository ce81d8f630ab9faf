// A cluster with clients at work, and the judgement of what they got.
import { Clients } from '../torture/clients.ts'
import type { TortureCluster } from '../torture/cluster.ts'
import { urlOf } from '../torture/database-client.ts'
import { checkHistory, type Check } from '../torture/history-checker.ts'
import { Ledger } from '../torture/ledger.ts'
import { openPostgresHistory } from '../torture/postgres-history.ts'

const END_TIMEOUT_MS = 90_000

export interface Load {
  readonly ledger: Ledger
  /** No more is started. */
  stop(): void
  /** No more is started; settles when everything has ended, with the checks that failed. */
  judge(): Promise<readonly Check[]>
}

export function startLoad(cluster: TortureCluster, clients: number): Load {
  const ledger = new Ledger()
  const { flows, database } = cluster
  const port = (): number | undefined => cluster.port(Math.random)
  const load = new Clients({ flows, ledger, clients, port, random: Math.random })
  const isDone = load.run()
  const judge = async (): Promise<readonly Check[]> => {
    load.stop()
    await isDone
    const open = await cluster.waitForEnd(END_TIMEOUT_MS)
    await cluster.stopNodes()
    const history = await openPostgresHistory(urlOf(database))
    const checks = await checkHistory(history, ledger)
    await history.close()
    const stuck = open === 0 ? [] : [{ name: 'what was pending has ended', problems: [`${open} are still open`] }]
    return [...stuck, ...checks.filter(({ problems }) => problems.length > 0)]
  }
  return { ledger, stop: () => load.stop(), judge }
}
