// What can somebody do here, and why? A question that reads like one, its answer with the roles that give or forbid it, and below all that there is
// to ask, so that one click asks it.
import { NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { ACTIONS, RESOURCE_NAMES, isAction, isResource, reachOf, type Action, type Resource } from '@batuta/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Scope } from '../../lib/access/may.ts'
import { api } from '../../lib/api.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { Answer } from './answer.tsx'
import { AccessMatrix } from './access-matrix.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { summaryOf } from './summary-of.ts'

export interface ExplainerProps {
  /** The id of who is asked about; oneself unless said. */
  readonly who?: string | undefined
  readonly name: string
  /** In front of the question: who. */
  readonly children?: ReactNode
  /** Where each of it holds; absent while it is not known. */
  readonly scopeOf: ((resource: Resource, action: Action) => Scope | undefined) | undefined
}

const PARAMS = { what: textParam, ns: textParam }

export function Explainer({ who, name, children, scopeOf }: ExplainerProps): ReactNode {
  const [{ what, ns = '' }, setSearch] = useSearchState(PARAMS)
  const { resource, action } = readWish(what)
  const isPlaced = reachOf(resource) === 'namespace'
  const namespace = isPlaced && ns.trim() !== '' ? ns.trim() : undefined
  const ask = (next: { readonly resource?: Resource; readonly action?: Action }): void =>
    setSearch({ what: `${next.resource ?? resource}:${next.action ?? action}` }, { replace: true })
  return (
    <>
      <div className={classes['question']} role="group" aria-label={t('question')}>
        {children}
        <NativeSelect
          label={t('mayVerb')}
          value={action}
          onChange={({ currentTarget: { value } }) => isAction(value) && ask({ action: value })}
          data={ACTIONS.map(value => ({ value, label: t(`verb${value}`) }))}
        />
        <NativeSelect
          label={t('what')}
          value={resource}
          onChange={({ currentTarget: { value } }) => isResource(value) && ask({ resource: value })}
          data={RESOURCE_NAMES.map(value => ({ value, label: `${value} – ${summaryOf(value)}` }))}
        />
        {isPlaced && (
          <div>
            <NamespaceField
              label={t('whereOrAll')}
              isRequired={false}
              value={ns}
              onChange={value => setSearch({ ns: value || undefined }, { replace: true })}
            />
          </div>
        )}
      </div>
      <Asked {...{ who, name, resource, action, namespace }} />
      {scopeOf && <AccessMatrix {...{ name, scopeOf, resource, action, namespace }} onAsk={ask} />}
    </>
  )
}

interface AskedProps {
  readonly who: string | undefined
  readonly name: string
  readonly resource: Resource
  readonly action: Action
  readonly namespace: string | undefined
}

function Asked({ who, name, resource, action, namespace }: AskedProps): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['access', 'explain', who, resource, action, namespace],
    queryFn: ({ signal }) =>
      api.access.explain({
        query: {
          resource,
          action,
          ...(who === undefined ? {} : { user: who }),
          ...(namespace === undefined ? {} : { namespace }),
        },
        signal,
      }),
  })
  if (error) return <ErrorCard title={t('notExplained')} error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="4rem" />
  return <Answer explained={data} name={name} />
}

function readWish(text: string | undefined): { readonly resource: Resource; readonly action: Action } {
  const [resource = '', action = ''] = text?.split(':') ?? []
  return isResource(resource) && isAction(action) ? { resource, action } : { resource: 'EXECUTION', action: 'CREATE' }
}
