// What a new flow begins with: a template, or a copy of another flow.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths, type FlowRef } from '../../lib/paths.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { useBlueprint } from '../blueprints/use-blueprints.ts'
import type { FlowDocument } from '../flow/use-flow.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { Select } from '../../widgets/select.tsx'
import classes from './flow-editor.module.css'
import { DraftNotice } from './drafts/draft-notice.tsx'
import { useOpenDraft } from './drafts/use-open-draft.ts'
import { FlowEditor } from './flow-editor.tsx'
import { t } from './messages.ts'
import { TEMPLATES } from './templates.ts'
import { applyEdits, setProperty } from './yaml/edit-yaml.ts'

const PARAMS = {
  template: textParam,
  copy: textParam,
  draft: textParam,
  namespace: textParam,
  blueprintId: textParam,
  blueprintSource: wordParam(['community', 'custom']),
}

export function NewFlow(): ReactNode {
  const [{ template, copy, draft, namespace, blueprintId, blueprintSource }, setSearch] = useSearchState(PARAMS)
  const go = useGo()
  const actions = useFlowActions()
  const original = useOriginal(copy)
  const blueprint = useBlueprint(copy === undefined ? blueprintId : undefined, blueprintSource)
  const openDraft = useOpenDraft(draft === undefined ? undefined : splitName(draft))
  const chosen = TEMPLATES.find(({ id }) => id === template) ?? TEMPLATES[0]
  const isOther = copy !== undefined || blueprintId !== undefined || draft !== undefined
  const opened = openDraft.data
  const other = copy === undefined ? blueprint.data?.source : copyOf(original.data)
  const given = draft === undefined ? other : opened?.draft.source
  const initial = isOther ? given : withNamespace(chosen?.source ?? '', namespace)
  const name = draft ?? copy ?? blueprintId ?? chosen?.id
  const error = openDraft.error ?? original.error ?? blueprint.error
  return (
    <>
      {(openDraft.isLoading || original.isLoading || blueprint.isLoading) && <SkeletonRows rows={8} />}
      {error && <ErrorCard title={t('unknownFlow', { flow: name ?? '' })} error={error} />}
      {initial !== undefined && (
        <FlowEditor
          key={name}
          initial={initial}
          opened={opened}
          notice={<DraftNotice flow={undefined} draft={opened?.draft} isOpen onOpen={() => undefined} />}
          draftName={`${draft === undefined ? (copy === undefined ? 'new' : 'copy') : 'draft'}.${name ?? ''}`}
          onDraft={kept =>
            kept
              ? go(paths.newFlow(`${kept.namespace}.${kept.id}`), { replace: true })
              : go(paths.flows(), { replace: true })
          }
          onSaved={(flow, isToRun) => {
            go(paths.flow(flow, 'edit'), { replace: true })
            if (isToRun) void actions.run(flow)
          }}
          tools={
            !isOther && (
              <label className={classes['choice']}>
                {t('template')}
                <Select
                  isCompact

                  value={chosen?.id}
                  onChange={event => setSearch({ template: event.currentTarget.value }, { replace: true })}
                >
                  {TEMPLATES.map(({ id, title }) => (
                    <option key={id} value={id}>
                      {title}
                    </option>
                  ))}
                </Select>
              </label>
            )
          }
        />
      )}
    </>
  )
}

function useOriginal(copy: string | undefined): UseQueryResult<FlowDocument> {
  return useQuery({
    queryKey: ['flows', 'copy', copy],
    queryFn: async ({ signal }) => {
      const params = splitName(copy ?? '')
      return await api.flows.get({ params, query: { source: true }, signal })
    },
    enabled: copy !== undefined,
  })
}

function splitName(name: string): FlowRef {
  const at = name.lastIndexOf('.')
  return { namespace: name.slice(0, at), id: name.slice(at + 1) }
}

function copyOf(flow: { readonly id: string; readonly source?: string } | undefined): string | undefined {
  if (!flow) return undefined
  const source = flow.source ?? ''
  return applyEdits(source, setProperty(source, '', 'id', `${flow.id}_copy`))
}

function withNamespace(source: string, namespace: string | undefined): string {
  if (namespace === undefined || source === '') return source
  return applyEdits(source, setProperty(source, '', 'namespace', namespace))
}
