// Who saved which revision of a flow, and why. Only the audit log knows: of a revision that came from a folder or from before its time nothing is told.
import type { Caller } from '../../access/caller.ts'
import type { FlowKey, FlowRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'

const ENTRIES_MAX = 1_000

export interface Author {
  readonly revision: number
  readonly name?: string
  readonly message?: string
  readonly at: string
}

/** The latest first; what was saved again without a change makes no revision, and its first saving is told. */
export async function listAuthors(
  { namespace, flowId }: FlowKey,
  { access }: Pick<HttpDependencies, 'access'>,
): Promise<readonly Author[]> {
  const entries = await access.audit.list({
    namespace,
    itemId: flowId,
    resources: ['FLOW'],
    outcome: 'done',
    limit: ENTRIES_MAX,
  })
  const authors = new Map<number, Author>()
  for (const { namespace: own, detail = {}, caller, atMs } of entries) {
    const { revision, message } = detail
    if (own !== namespace || typeof revision !== 'number') continue
    authors.set(revision, {
      revision,
      ...(caller.via === 'open' ? {} : { name: caller.name }),
      ...(typeof message === 'string' ? { message } : {}),
      at: new Date(atMs).toISOString(),
    })
  }
  return [...authors.values()]
}

/** Where nobody signs in what belongs to namespaces is not written down, except why it was changed. */
export async function keepMessage(
  { namespace, flowId, revision }: FlowRow,
  message: string | undefined,
  { caller, access }: Pick<HttpDependencies, 'access'> & { readonly caller: Caller },
): Promise<void> {
  const why = message?.trim() ?? ''
  if (caller.via !== 'open' || why === '') return
  await access.audit.write({
    caller: { name: caller.name, via: caller.via },
    resource: 'FLOW',
    action: 'UPDATE',
    outcome: 'done',
    namespace,
    flowId,
    itemId: flowId,
    detail: { revision, message: why },
  })
}
