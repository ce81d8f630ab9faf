// A list of users, groups, roles …: a field to search in, what can be made anew, and the rows.
import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import type { UseQueryResult } from '@tanstack/react-query'
import { useRef, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type TableProps } from '../../widgets/table.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { LIST_MAX, type Found } from './use-access.ts'

export interface Creation {
  readonly title: string
  readonly why: string | undefined
  readonly run: () => void
}

export interface AccessListProps<Row> extends Omit<TableProps<Row>, 'rows' | 'total'> {
  readonly query: Pick<UseQueryResult<Found<Row>>, 'data' | 'error' | 'isPending' | 'refetch'>
  readonly search?: { readonly q: string; readonly hint: string; readonly onSearch: (q: string) => void }
  /** Beside the search. */
  readonly tools?: ReactNode
  readonly creation?: Creation
  readonly nothing: { readonly icon: IconName; readonly title: string; readonly text?: ReactNode }
}

export function AccessList<Row>({
  query,
  search,
  tools,
  creation,
  nothing,
  ...table
}: AccessListProps<Row>): ReactNode {
  const { data, error, isPending, refetch } = query
  const newButton = creation && (
    <ActButton variant="filled" why={creation.why} leftSection={<Icon name="plus" size={14} />} onClick={creation.run}>
      {creation.title}
    </ActButton>
  )
  const isSearched = search !== undefined && search.q !== ''
  const isEmpty = data?.results.length === 0
  // What says that there is nothing yet has the button as well.
  const isBare = isEmpty && !isSearched
  return (
    <div className={layout['panel']}>
      {(tools !== undefined || (!isBare && (search || newButton))) && (
        <div className={classes['tools']} role="search">
          {search && !isBare && <Search {...search} />}
          {tools}
          {!isBare && newButton}
        </div>
      )}
      <Keys creation={creation} />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && !error && <SkeletonRows rows={6} />}
      {isEmpty && isSearched && (
        <Empty
          icon="search"
          title={t('noMatch', { text: search.q })}
          action={<ActButton onClick={() => search.onSearch('')}>{t('showAll')}</ActButton>}
        />
      )}
      {isBare && <Empty {...nothing} action={newButton} />}
      {data && !isEmpty && <Table {...table} rows={data.results} total={data.total} />}
      {data && data.total > LIST_MAX && <p className={classes['muted']}>{t('onlyFirst', { count: LIST_MAX })}</p>}
    </div>
  )
}

function Search({ q, hint, onSearch }: NonNullable<AccessListProps<unknown>['search']>): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  useActions([
    { id: 'filter.focus', title: t('search'), section: t('list'), keys: '/', run: () => field.current?.focus() },
  ])
  return (
    <TextInput
      ref={field}
      className={classes['search']}
      size="sm"
      aria-label={t('search')}
      placeholder={hint}
      leftSection={<Icon name="search" size={14} />}
      value={q}
      onChange={event => onSearch(event.currentTarget.value)}
    />
  )
}

function Keys({ creation }: { readonly creation: Creation | undefined }): null {
  useActions(
    creation === undefined
      ? []
      : [
          {
            id: 'access.new',
            title: creation.title,
            section: t('title'),
            keys: 'n',
            why: creation.why,
            run: creation.run,
          },
        ],
  )
  return null
}
