// What a list shows of a flow: its names and labels, and of its inputs and triggers who they are. It comes from what is in memory, so that a page of a list
// reads no source anew, and of a flow with ten thousand tasks sends none.
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { mapInTurns } from '../map-in-turns.ts'

/** The entry is another one as soon as the flow is saved. */
const kept = new WeakMap<FlowEntry, string>()

export async function outlineFlows(
  entries: readonly FlowEntry[],
  { flows, platform }: HttpDependencies,
): Promise<readonly string[]> {
  return await mapInTurns(entries, entry => outlineOf(entry, flows), platform)
}

function outlineOf(entry: FlowEntry, flows: Pick<HttpDependencies['flows'], 'readFlow'>): string {
  const known = kept.get(entry)
  if (known !== undefined) return known
  const { namespace, flowId, revision, isDisabled, savedMs } = entry
  const { description, labels, inputs, triggers } = flows.readFlow(entry)
  const outline = JSON.stringify({
    ...{ id: flowId, namespace, revision },
    ...(description === undefined ? {} : { description }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(inputs.length === 0 ? {} : { inputs: inputs.map(({ id, type }) => ({ id, type })) }),
    ...(triggers.length === 0 ? {} : { triggers: triggers.map(({ id, type }) => ({ id, type })) }),
    ...{ disabled: isDisabled, deleted: false, updated: new Date(savedMs).toISOString() },
  })
  kept.set(entry, outline)
  return outline
}
