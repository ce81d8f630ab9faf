// What the generator is told and what it answers. Both cross the pipe between the two processes as they are.

export interface LoadPlan {
  readonly host: string
  readonly port: number
  /** Whole requests, ready to be written; they are sent in turn. */
  readonly requests: readonly string[]
  readonly connectionsMax: number
  readonly pace: Pace
  /** For so long new requests are sent. */
  readonly sendMs: number
  /** How many ids of answers are kept, spread over the run. */
  readonly samplesMax: number
}

/**
 * open: so many per minute, whatever the answers do; a request that finds every connection busy waits for one, or goes away as it would at a proxy
 * whose connections are all taken. closed: every connection sends again as soon as it was answered.
 */
export type Pace =
  | { readonly type: 'open'; readonly perMinute: number; readonly whenBusy?: 'wait' | 'leave' }
  | { readonly type: 'closed' }

export interface LoadResult {
  readonly sent: number
  /** Answered with 2xx. */
  readonly acknowledged: number
  /** Other answers by status, and what never became an answer by its cause. */
  readonly failures: Readonly<Record<string, number>>
  readonly failed: number
  /** Those that went away, of which the server never heard. */
  readonly left: number
  /** From the first intended moment to the last answer. */
  readonly elapsedMs: number
  readonly latencyMs: LatencySummary
  /** What a latency is counted from: the moment the request was due, or with a closed loop the moment it was sent. */
  readonly latencyFrom: 'intended' | 'sent'
  readonly connections: number
  /** CPU of the generator. */
  readonly cpuMicros: number
  readonly sampleIds: readonly string[]
}

export interface LatencySummary {
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}
