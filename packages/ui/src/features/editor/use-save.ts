// Saving: never over what somebody else has saved in the meantime. The server is told which revision the text is a change of and refuses it when there is
// a newer one; then base, theirs and mine are put together, and nothing is lost.
import { ApiError } from '@batuta/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, isNotFound } from '../../lib/api.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import type { FlowDocument } from '../flow/use-flow.ts'
import { t } from './messages.ts'

export interface SavedFlow {
  readonly namespace: string
  readonly id: string
  readonly revision: number
  readonly source: string
}

/** `newest` undefined: the flow was deleted. */
export interface Conflict {
  readonly base: SavedFlow
  readonly mine: string
  readonly newest: SavedFlow | undefined
}

export interface SaveHow {
  readonly over?: SavedFlow
  readonly message?: string
  /** The version of the draft that is over with it. */
  readonly publishes?: number | undefined
}

export interface Saving {
  /** What the text is a change of, as far as this editor knows; undefined for a new flow. */
  readonly saved: SavedFlow | undefined
  readonly isSaving: boolean
  readonly conflict: Conflict | undefined
  /** `over` is what the text is a change of by now, when it was merged; `message` says why it is changed. */
  save(text: string, how?: SaveHow): Promise<FlowDocument | undefined>
  /** Brings back what was deleted. */
  create(text: string): Promise<FlowDocument | undefined>
  /** Shows what somebody else has saved beside the own text, before it is saved. */
  compare(mine: string, newest: SavedFlow): void
  /** The text is a change of this revision from now on. */
  follow(base: SavedFlow): void
  closeConflict(): void
}

/** `begun`: what the text is a change of; undefined for a new flow. */
export function useSave(begun: SavedFlow | undefined): Saving {
  const client = useQueryClient()
  const [saved, setSaved] = useState(begun)
  const [conflict, setConflict] = useState<Conflict | undefined>(undefined)
  const [isSaving, setSaving] = useState(false)
  const keep = async (text: string, done: FlowDocument, before: SavedFlow | undefined): Promise<FlowDocument> => {
    showToast({ kind: 'success', text: said(done, before) })
    setSaved({ ...savedOf(done), source: text })
    setConflict(undefined)
    await client.invalidateQueries({ queryKey: ['flows'] })
    await client.invalidateQueries({ queryKey: ['triggers'] })
    return done
  }
  const attempt = async (work: () => Promise<FlowDocument | undefined>): Promise<FlowDocument | undefined> => {
    setSaving(true)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error
      showToast({ kind: 'error', text: t('notSaved'), detail: messageOf(error) })
      return undefined
    } finally {
      setSaving(false)
    }
  }
  const create = (text: string, how: SaveHow = {}): Promise<FlowDocument | undefined> =>
    attempt(async () => await keep(text, await api.flows.create({ body: text, query: queryOf(how) }), undefined))
  const change = async (text: string, base: SavedFlow, how: SaveHow): Promise<FlowDocument | undefined> => {
    try {
      return await keep(text, await sendChange(text, base, how), base)
    } catch (error) {
      const found = conflictOf(error, { base, mine: text })
      if (!found) throw error
      setConflict(found)
      return undefined
    }
  }
  return {
    saved,
    isSaving,
    conflict,
    save: (text, how = {}) => {
      const { over = saved } = how
      return over === undefined ? create(text, how) : attempt(() => change(text, over, how))
    },
    create: text => create(text),
    compare: (mine, newest) => {
      if (saved) setConflict({ base: saved, mine, newest })
    },
    follow: base => {
      setSaved(base)
      setConflict(undefined)
    },
    closeConflict: () => setConflict(undefined),
  }
}

async function sendChange(text: string, { namespace, id, revision }: SavedFlow, how: SaveHow): Promise<FlowDocument> {
  return await api.flows.update({
    params: { namespace, id },
    query: queryOf(how),
    body: text,
    headers: { 'if-match': `"${revision}"` },
  })
}

function queryOf({ message = '', publishes }: SaveHow): { readonly message?: string; readonly publishes?: number } {
  return { ...(message !== '' && { message }), ...(publishes !== undefined && { publishes }) }
}

/** Undefined for what is refused for another reason. */
function conflictOf(error: unknown, told: Pick<Conflict, 'base' | 'mine'>): Conflict | undefined {
  if (isNotFound(error)) return { ...told, newest: undefined }
  const newest = error instanceof ApiError && error.status === 412 ? error.document?.newest : undefined
  return newest && { ...told, newest }
}

function said(done: FlowDocument, before: SavedFlow | undefined): string {
  if (before === undefined) return t('isCreated', { flow: `${done.namespace}.${done.id}` })
  return t(done.revision === before.revision ? 'isSavedSame' : 'isSaved', { revision: done.revision })
}

export function savedOf({ namespace, id, revision, source = '' }: FlowDocument): SavedFlow {
  return { namespace, id, revision, source }
}
