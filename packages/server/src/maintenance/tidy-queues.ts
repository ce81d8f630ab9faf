// Rows of jobs and signals live for milliseconds. PostgreSQL's own cleaning looks at a table once a minute, when a hundred thousand of them lie in the
// way of every claim; under load one node cleans up every other second.
import type { Cluster } from '../storage/cluster.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 2_000
/** Fewer are in nobody's way. */
const DEAD_MIN = 5_000

export interface TidyQueuesOptions {
  readonly cluster: Pick<Cluster, 'tidyQueues'>
  /** Among several nodes one does it. */
  isInCharge(): boolean
}

export function tidyQueues({ cluster, isInCharge }: TidyQueuesOptions): Round {
  const run = async (): Promise<void> => {
    if (isInCharge()) await cluster.tidyQueues(DEAD_MIN)
  }
  return { name: 'tidy queues', everyMs: EVERY_MS, canWait: true, run }
}
