import type { FlowKey, FlowRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../request-error.ts'

export async function findRow(
  key: FlowKey,
  revision: number | undefined,
  { dependencies, isWithDeleted }: { readonly dependencies: HttpDependencies; readonly isWithDeleted: boolean },
): Promise<FlowRow> {
  const { store } = dependencies
  const found = await store.read.findFlow(key, revision)
  if (found && (!found.isDeleted || isWithDeleted)) return found
  const last = isWithDeleted && revision === undefined ? (await store.read.listRevisions(key)).at(-1) : undefined
  if (last) return last
  const which = revision === undefined ? '' : `Revision ${revision} of `
  throw notFound(`${which}${which === '' ? 'The' : 'the'} flow "${key.namespace}.${key.flowId}"`)
}
