// What is said in passing between the rooms may be lost on the way, and said twice: what is not heard, the store must bring.
import type { Signal } from '@batuta/core'
import type { Inbox, SubmitOptions } from '../../packages/server/src/inbox/inbox.ts'
import type { JobSink } from '../../packages/server/src/inbox/jobs.ts'
import type { Worker } from '../../packages/server/src/worker/worker.ts'
import { count } from './ledger.ts'
import type { NodeOptions } from './node-options.ts'

/** Whether it arrives. */
export function hearing({ chance, ledger, faults }: NodeOptions): (what: string) => boolean {
  return what => {
    const isLost = chance.hits(faults().lost)
    if (isLost) count(ledger, `lost ${what}`)
    return !isLost
  }
}

export function hardOfHearing(worker: Worker, isHeard: (what: string) => boolean): JobSink {
  return {
    reserve: queue => worker.reserve(queue),
    release: places => worker.release(places),
    offer: job => (isHeard('offer') ? worker.offer(job) : worker.release(1)),
    wake: () => void (isHeard('wake') && worker.wake()),
    stop: (key, reason) => worker.stop(key, reason),
  }
}

/** Delivery is at least once: whoever reports may report again. */
export function sayTwice(inbox: Inbox, { world, chance, faults, process, ledger }: NodeOptions): Inbox {
  const again = <T>(signal: Signal, options: SubmitOptions<T> | undefined): void => {
    count(ledger, `doubled ${signal.type}`)
    world.at(world.nowMs + chance.int(0, 3_000), `again ${signal.type}`, () =>
      process.whenAwake(() => void inbox.submit(signal, options).catch(() => world.note('again refused\n'))),
    )
  }
  return {
    submit: (signal, options) => {
      if (options?.rowId === undefined && chance.hits(faults().doubled)) again(signal, options)
      return inbox.submit(signal, options)
    },
  }
}
