import { traceIdIn, traceOf, type Traced } from '../trace-context.ts'

/** Traces are known by their executions for as long as lines of these come. */
const TRACES_MAX = 20_000

/** To which trace the lines of an execution belong: rows of logs do not say. The oldest are forgotten first. */
export class KnownTraces {
  readonly #ids = new Map<string, string>()

  learn(state: Traced, sampledPart: number): void {
    if (this.#ids.has(state.id)) return
    this.#add(state.id, traceOf(state, sampledPart).traceId)
  }

  learnFrom(executionId: string, traceparent: string): void {
    const traceId = traceIdIn(traceparent)
    if (traceId !== undefined && !this.#ids.has(executionId)) this.#add(executionId, traceId)
  }

  find(executionId: string): string | undefined {
    return this.#ids.get(executionId)
  }

  #add(executionId: string, traceId: string): void {
    this.#ids.set(executionId, traceId)
    if (this.#ids.size <= TRACES_MAX) return
    for (const oldest of this.#ids.keys()) return void this.#ids.delete(oldest)
  }
}
