// The way of jobs from the engine to the worker: the engine offers what it has committed, the worker says how many it can take.
import type { JobKey, JobRow } from '../storage/batch.ts'

/** Which jobs a worker is for. */
export interface WorkerProfile {
  readonly group: string | undefined
  readonly tags: readonly string[]
}

/** A worker has a place for one more job of that queue. */
export interface PlaceOffer {
  readonly node: string
  readonly incarnation: number
  readonly queue: string
}

export interface JobSink {
  /**
   * Takes a place for one more job of that queue on this node; false when all are taken, or the queue is not for this node: the job is then left
   * for anybody to claim.
   */
  reserve(queue: string): boolean
  /** Gives back places that were taken for jobs which were never stored. */
  release(count: number): void
  /** A job that was inserted for this node, after its commit. */
  offer(job: JobRow): void
  /** There are jobs that nobody has claimed. */
  wake(): void
  /** The attempt must end: it was killed, or nobody waits for it any more. */
  stop(key: JobKey, reason: 'kill' | 'stale'): void
}

/** For nodes and tests that run no jobs: everything is left to be claimed. */
export const NO_JOBS: JobSink = {
  reserve: () => false,
  release: () => {},
  offer: () => {},
  wake: () => {},
  stop: () => {},
}
