// Saving: never over what somebody else has saved in the meantime. Then both texts are shown, and nothing is lost.
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

export interface Conflict {
  readonly base: number
  readonly newest: SavedFlow
}

export interface Saving {
  /** As the server has it, as far as this editor knows; undefined for a new flow. */
  readonly saved: SavedFlow | undefined
  readonly isSaving: boolean
  readonly conflict: Conflict | undefined
  save(text: string): Promise<FlowDocument | undefined>
  /** Saves over what the conflict showed. */
  overwrite(text: string): Promise<FlowDocument | undefined>
  /** The revision of the others is where this text goes on from. */
  takeNewest(): void
  closeConflict(): void
}

export function useSave(flow: FlowDocument | undefined): Saving {
  const client = useQueryClient()
  const [saved, setSaved] = useState(() => (flow === undefined ? undefined : savedOf(flow)))
  const [conflict, setConflict] = useState<Conflict | undefined>(undefined)
  const [isSaving, setSaving] = useState(false)
  const write = async (text: string): Promise<FlowDocument> => {
    const done =
      saved === undefined
        ? await api.flows.create({ body: text })
        : await api.flows.update({ params: { namespace: saved.namespace, id: saved.id }, body: text })
    const next = { ...savedOf(done), source: text }
    showToast({
      kind: 'success',
      text:
        saved === undefined
          ? t('isCreated', { flow: `${done.namespace}.${done.id}` })
          : t(done.revision === saved.revision ? 'isSavedSame' : 'isSaved', { revision: done.revision }),
    })
    setSaved(next)
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
  return {
    saved,
    isSaving,
    conflict,
    save: text =>
      attempt(async () => {
        const newest = saved === undefined ? undefined : await newestOf(saved)
        if (saved && newest && newest.revision !== saved.revision && newest.source !== text) {
          setConflict({ base: saved.revision, newest })
          return undefined
        }
        return await write(text)
      }),
    overwrite: text => attempt(() => write(text)),
    takeNewest: () => {
      if (conflict) setSaved(conflict.newest)
      setConflict(undefined)
    },
    closeConflict: () => setConflict(undefined),
  }
}

function savedOf({ namespace, id, revision, source = '' }: FlowDocument): SavedFlow {
  return { namespace, id, revision, source }
}

async function newestOf({ namespace, id }: SavedFlow): Promise<SavedFlow | undefined> {
  try {
    return savedOf(await api.flows.get({ params: { namespace, id }, query: { source: true } }))
  } catch (error) {
    // Deleted in the meantime: saving brings it back.
    if (isNotFound(error)) return undefined
    throw error
  }
}
