// What a new flow begins with: a template, or a copy of another flow.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { useBlueprint } from '../blueprints/use-blueprints.ts'
import type { FlowDocument } from '../flow/use-flow.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { Select } from '../../widgets/select.tsx'
import classes from './flow-editor.module.css'
import { FlowEditor } from './flow-editor.tsx'
import { t } from './messages.ts'
import { TEMPLATES } from './templates.ts'
import { applyEdits, setProperty } from './yaml/edit-yaml.ts'

const PARAMS = {
  template: textParam,
  copy: textParam,
  namespace: textParam,
  blueprintId: textParam,
  blueprintSource: wordParam(['community', 'custom']),
}

export function NewFlow(): ReactNode {
  const [{ template, copy, namespace, blueprintId, blueprintSource }, setSearch] = useSearchState(PARAMS)
  const go = useGo()
  const actions = useFlowActions()
  const original = useOriginal(copy)
  const blueprint = useBlueprint(copy === undefined ? blueprintId : undefined, blueprintSource)
  const chosen = TEMPLATES.find(({ id }) => id === template) ?? TEMPLATES[0]
  const isOther = copy !== undefined || blueprintId !== undefined
  const given = copy === undefined ? blueprint.data?.source : copyOf(original.data)
  const initial = isOther ? given : withNamespace(chosen?.source ?? '', namespace)
  const name = copy === undefined ? (blueprintId ?? chosen?.id) : copy
  const error = original.error ?? blueprint.error
  return (
    <>
      {(original.isLoading || blueprint.isLoading) && <SkeletonRows rows={8} />}
      {error && <ErrorCard title={t('unknownFlow', { flow: name ?? '' })} error={error} />}
      {initial !== undefined && (
        <FlowEditor
          key={name}
          initial={initial}
          draftName={`${copy === undefined ? 'new' : 'copy'}.${name ?? ''}`}
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
  const at = copy?.lastIndexOf('.') ?? -1
  return useQuery({
    queryKey: ['flows', 'copy', copy],
    queryFn: async ({ signal }) => {
      const params = { namespace: copy?.slice(0, at) ?? '', id: copy?.slice(at + 1) ?? '' }
      return await api.flows.get({ params, query: { source: true }, signal })
    },
    enabled: copy !== undefined,
  })
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
