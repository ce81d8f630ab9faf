// The policies of one place: of the tenant, of the whole server, or of a namespace.
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useGo } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Mark } from '../../widgets/mark.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import layout from '../../widgets/layout.module.css'
import { AccessList } from '../iam/access-list.tsx'
import { Refused } from '../iam/refused.tsx'
import { Badge } from '../iam/who.tsx'
import { t } from './messages.ts'
import classes from './policies.module.css'
import { namespaceOf, nameOfScope, needOf, usePolicies, type Policy, type PolicyScope } from './use-policies.ts'

const PARAMS = { q: textParam }
const LOOKS = { ACTIVE: 'good', EVALUATE: 'warn', DISABLED: undefined, REFERENCE: 'accent' } as const

export interface PolicyListProps {
  readonly scope: PolicyScope
  /** Beside the search. */
  readonly tools?: ReactNode
}

export function PolicyList({ scope, tools }: PolicyListProps): ReactNode {
  const why = useMay()(needOf(scope, 'READ'), namespaceOf(scope))
  if (why === undefined) return <List scope={scope} tools={tools} />
  return (
    <div className={layout['panel']}>
      {tools !== undefined && <div>{tools}</div>}
      <Refused why={why} />
    </div>
  )
}

function List({ scope, tools }: PolicyListProps): ReactNode {
  const [{ q = '' }, setSearch] = useSearchState(PARAMS)
  const query = usePolicies(scope)
  const mayNot = useMay()
  const go = useGo()
  const results = query.data?.results.filter(policy => matches(policy, q))
  const found = results && { results, total: results.length }
  const name = nameOfScope(scope)
  return (
    <AccessList
      label={t('title')}
      query={{ ...query, data: found }}
      search={{
        q,
        hint: t('search'),
        onSearch: text => setSearch({ q: text === '' ? undefined : text }, { replace: true }),
      }}
      tools={tools}
      columns={COLUMNS}
      rowKey={({ id }) => id}
      rowTo={({ id }) => paths.policy(name, id)}
      card={policy => <Card policy={policy} />}
      creation={{
        title: t('newPolicy'),
        why: mayNot(needOf(scope, 'CREATE'), namespaceOf(scope)),
        run: () => go(paths.newPolicy(name)),
      }}
      nothing={{ icon: 'shield', title: t('none'), text: t('noneText') }}
    />
  )
}

function matches({ id, displayName = '', description = '' }: Policy, q: string): boolean {
  return `${id} ${displayName} ${description}`.toLowerCase().includes(q.trim().toLowerCase())
}

const COLUMNS: readonly Column<Policy>[] = [
  {
    id: 'policy',
    title: t('policy'),
    cell: policy => (
      <span className={classes['named']}>
        <span className={classes['name']}>{policy.displayName ?? policy.id}</span>
        {policy.displayName !== undefined && <code className={classes['muted']}>{policy.id}</code>}
        {policy.isStatic && <Mark hint={t('fixedHint')}>{t('fixed')}</Mark>}
      </span>
    ),
  },
  { id: 'enforcement', title: t('enforcement'), width: '140px', cell: policy => <Enforcement policy={policy} /> },
  {
    id: 'target',
    title: t('target'),
    width: '240px',
    isExtra: true,
    cell: policy => namespacesOf(policy).join(', ') || t('everywhere'),
  },
  { id: 'rules', title: t('rules'), width: '80px', align: 'end', cell: ({ rules }) => formatNumber(rules.length) },
  {
    id: 'changed',
    title: t('changed'),
    width: '150px',
    isExtra: true,
    cell: ({ updated }) => (updated === undefined ? '–' : <Timestamp atMs={Date.parse(updated)} />),
  },
]

export function Enforcement({ policy: { enforcement } }: { readonly policy: Policy }): ReactNode {
  if (!isKnown(enforcement)) return <Badge>{enforcement}</Badge>
  return (
    <span {...tip(t(`${enforcement}Hint`))}>
      <Badge {...(LOOKS[enforcement] === undefined ? {} : { look: LOOKS[enforcement] })}>{t(enforcement)}</Badge>
    </span>
  )
}

function isKnown(word: string): word is keyof typeof LOOKS {
  return Object.hasOwn(LOOKS, word)
}

function namespacesOf({ target }: Policy): readonly string[] {
  if (typeof target !== 'object' || target === null || !('namespaces' in target)) return []
  return Array.isArray(target.namespaces) ? target.namespaces.map(String) : []
}

function Card({ policy }: { readonly policy: Policy }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['name']}>{policy.displayName ?? policy.id}</span>
      <Enforcement policy={policy} />
    </span>
  )
}
