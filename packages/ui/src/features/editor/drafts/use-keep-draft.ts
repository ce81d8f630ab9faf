// What is written is kept on the server as a draft: never over what somebody else has kept in the meantime.
import { ApiError } from '@batuta/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../../lib/api.ts'
import type { FlowRef } from '../../../lib/paths.ts'
import { messageOf } from '../../../widgets/error-card.tsx'
import { showToast } from '../../../widgets/toast.tsx'
import type { Conflict, SavedFlow } from '../use-save.ts'
import { entryAt, parseYamlTree, plainOf } from '../yaml/yaml-tree.ts'
import { t } from './messages.ts'
import type { DraftDocument } from './use-open-draft.ts'

export interface KeptDraft {
  /** As the server has it, as far as this editor knows; undefined while the text is no draft. */
  readonly kept: DraftDocument | undefined
  readonly isKeeping: boolean
  readonly conflict: Conflict | undefined
  /** The draft, once it is kept; `over` is what the text was merged with. */
  keep(text: string, over?: DraftDocument): Promise<DraftDocument | undefined>
  discard(): Promise<boolean>
  /** Theirs is what one goes on from. */
  follow(): DraftDocument | undefined
  closeConflict(): void
}

export interface KeepOptions {
  /** Undefined for a flow that is not there yet: the text names it. */
  readonly flow: FlowRef | undefined
  /** What is published, as far as the text is a change of it. */
  readonly base: SavedFlow | undefined
  readonly opened: DraftDocument | undefined
}

export function useKeepDraft({ flow, base, opened }: KeepOptions): KeptDraft {
  const client = useQueryClient()
  const [kept, setKept] = useState(opened)
  const [theirs, setTheirs] = useState<{ readonly mine: string; readonly draft: DraftDocument } | undefined>(undefined)
  const [isKeeping, setKeeping] = useState(false)
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['flows', 'drafts'] })
  const save = async (text: string, params: FlowRef, over = kept): Promise<DraftDocument | undefined> => {
    // No draft has the version 0: one that is there all the same is not written over.
    const headers = { 'if-match': `"${over?.version ?? 0}"` }
    const query = { follows: base?.revision ?? 0 }
    try {
      const done = await api.flows.saveDraft({ params, query, body: text, headers })
      setKept(done)
      showToast({ kind: 'success', text: t('isKept') })
      await refresh()
      return done
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error
      setTheirs({ mine: text, draft: await api.flows.getDraft({ params }) })
      return undefined
    }
  }
  return {
    kept,
    isKeeping,
    conflict: theirs && conflictOf(theirs, kept ?? base),
    keep: async (text, over) => {
      const params = flow ?? flowIn(text)
      if (!params) return undefined
      setKeeping(true)
      const done = await attempt(() => save(text, params, over))
      setKeeping(false)
      return done
    },
    discard: async () => {
      if (!kept) return false
      const { namespace, id, source } = kept
      const done = await attempt(async () => {
        await api.flows.discardDraft({ params: { namespace, id } })
        const query = { follows: kept.follows }
        const undo = async (): Promise<void> => {
          await attempt(() => api.flows.saveDraft({ params: { namespace, id }, query, body: source }))
          await refresh()
        }
        showToast({ text: t('isDiscarded'), action: { title: t('undoDiscard'), run: () => void undo() } })
        await refresh()
        return true
      })
      return done === true
    },
    follow: () => {
      if (theirs) setKept(theirs.draft)
      setTheirs(undefined)
      return theirs?.draft
    },
    closeConflict: () => setTheirs(undefined),
  }
}

/** What the text says it is. */
export function flowIn(text: string): FlowRef | undefined {
  const root = parseYamlTree(text)
  const [namespace, id] = ['namespace', 'id'].map(key => plainOf(entryAt(root, key)?.value))
  return typeof namespace === 'string' && typeof id === 'string' ? { namespace, id } : undefined
}

function conflictOf(
  { mine, draft }: { readonly mine: string; readonly draft: DraftDocument },
  before: SavedFlow | undefined,
): Conflict {
  const { namespace, id, revision, source } = draft
  const newest = { namespace, id, revision, source }
  // With nothing in common both texts are shown whole, and one chooses.
  return { base: before ?? { ...newest, source: '' }, mine, newest }
}

async function attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error
    showToast({ kind: 'error', text: t('notKept'), detail: messageOf(error) })
    return undefined
  }
}
