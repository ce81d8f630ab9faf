import { judgeFlow, saveFlow } from '../../flows/save-flow.ts'
import type { FlowKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'

const DISABLED_LINE = /^disabled[ \t]*:.*$/m

/** The line of the source is what says it: each change is a revision. */
export async function setFlowDisabled(
  key: FlowKey,
  isDisabled: boolean,
  { store, saveWorld }: Pick<HttpDependencies, 'store' | 'saveWorld'>,
): Promise<'changed' | 'unchanged' | 'missing' | 'invalid'> {
  const row = await store.read.findFlow(key)
  if (!row || row.isDeleted) return 'missing'
  if (row.isDisabled === isDisabled) return 'unchanged'
  const line = `disabled: ${isDisabled}`
  const { source } = row
  const text = DISABLED_LINE.test(source) ? source.replace(DISABLED_LINE, line) : `${source.trimEnd()}\n${line}\n`
  // A flow that policies block can still be switched off.
  const { policies: _policies, ...world } = saveWorld
  const { flow } = judgeFlow(text, isDisabled ? world : saveWorld)
  if (!flow) return 'invalid'
  await saveFlow(text, flow, saveWorld)
  return 'changed'
}
