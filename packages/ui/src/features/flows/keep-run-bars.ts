// How the last executions of flows went, kept flow by flow: when a page of rows is added, only what nobody has asked for yet is asked for.

/** Where answers are kept: of the client of queries, what is needed of it. */
export interface KeptAnswers {
  getQueryData<Data>(key: readonly string[]): Data | undefined
  getQueryState(
    key: readonly string[],
  ): { readonly data: unknown; readonly isInvalidated: boolean; readonly dataUpdatedAt: number } | undefined
  setQueryData(key: readonly string[], data: unknown): unknown
}

/** As many flows as one call tells of. */
const FLOWS_OF_CALL = 50

interface OfFlow {
  readonly namespace: string
  readonly flowId: string
}

/** Under `key` it is told what of flows is kept: what makes that outdated finds it. */
export interface Wish<Bars extends OfFlow> {
  readonly key: readonly string[]
  /** `namespace.id` of each flow. */
  readonly flows: readonly string[]
  /** What was answered before does not count any more. */
  readonly sinceMs: number
  ask(flows: readonly string[]): Promise<readonly Bars[]>
}

/** In the order of the flows; those of which nothing is known are left out. */
export async function keepRunBars<Bars extends OfFlow>(
  client: KeptAnswers,
  { key, flows, sinceMs, ask }: Wish<Bars>,
): Promise<readonly Bars[]> {
  const missing = flows.filter(flow => !isKnown(client, [...key, flow], sinceMs))
  const calls = Array.from({ length: Math.ceil(missing.length / FLOWS_OF_CALL) }, (_, at) =>
    missing.slice(at * FLOWS_OF_CALL, (at + 1) * FLOWS_OF_CALL),
  )
  const answers = await Promise.all(calls.map(ask))
  for (const bars of answers.flat()) client.setQueryData([...key, `${bars.namespace}.${bars.flowId}`], bars)
  return flows.flatMap(flow => client.getQueryData<Bars>([...key, flow]) ?? [])
}

function isKnown(client: KeptAnswers, key: readonly string[], sinceMs: number): boolean {
  const state = client.getQueryState(key)
  return state?.data !== undefined && !state.isInvalidated && state.dataUpdatedAt >= sinceMs
}
