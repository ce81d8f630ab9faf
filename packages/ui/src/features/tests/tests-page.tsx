// Can I trust this change?
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useDeferredValue, useMemo, useRef, type ReactNode, type RefObject } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { attempt } from '../flows/use-flow-actions.ts'
import { t } from './messages.ts'
import { SuiteTable } from './suite-table.tsx'
import classes from './tests.module.css'
import { useRunMany, useSuites, type ManyRuns, type TestedSuite } from './use-tests.ts'

const PARAMS = { q: textParam }

export function TestsPage(): ReactNode {
  const [{ q = '' }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, refetch } = useSuites()
  const runs = useRunMany()
  const go = useGo()
  const text = useDeferredValue(q)
  const found = useMemo(() => (data ?? []).filter(tested => matches(tested, text)), [data, text])
  const search = useRef<HTMLInputElement>(null)
  const isBusy = runs.pending.size > 0
  const runAll = (): void => {
    if (!isBusy) void attempt(() => runs.run(found.map(({ suite }) => suite).filter(({ disabled }) => !disabled)))
  }
  const create = (): void => go(paths.newTest())
  const section = t('section')
  useActions([
    { id: 'filter.focus', title: t('search'), section, keys: '/', run: () => search.current?.focus() },
    { id: 'tests.run', title: t('runAll'), section, run: runAll },
    { id: 'tests.new', title: t('newSuite'), section, run: create },
  ])
  return (
    <Page
      title={t('title')}
      isFull
      badge={found.length > 0 && <Summary found={found} />}
      actions={
        data !== undefined &&
        data.length > 0 && (
          <>
            <MayButton need="TEST:CREATE" leftSection={<Icon name="run" size={14} />} loading={isBusy} onClick={runAll}>
              {t('runAll')}
            </MayButton>
            <MayButton
              need="TEST:CREATE"
              variant="filled"
              leftSection={<Icon name="plus" size={14} />}
              onClick={create}
            >
              {t('newSuite')}
            </MayButton>
          </>
        )
      }
    >
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={8} />}
      {data?.length === 0 && (
        <Empty
          icon="test"
          title={t('none')}
          text={t('noneText')}
          action={
            <MayButton need="TEST:CREATE" variant="filled" onClick={create}>
              {t('newSuite')}
            </MayButton>
          }
        />
      )}
      {data !== undefined && data.length > 0 && (
        <Found {...{ q, found, runs, search }} onSearch={next => setSearch({ q: next }, { replace: true })} />
      )}
    </Page>
  )
}

interface FoundProps {
  readonly q: string
  readonly found: readonly TestedSuite[]
  readonly runs: ManyRuns
  readonly search: RefObject<HTMLInputElement | null>
  readonly onSearch: (q: string | undefined) => void
}

function Found({ q, found, runs, search, onSearch }: FoundProps): ReactNode {
  return (
    <>
      <div role="search" className={classes['tools']}>
        <TextInput
          ref={search}
          className={classes['search']}
          size="sm"
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<Icon name="search" size={14} />}
          value={q}
          onChange={event => onSearch(event.currentTarget.value || undefined)}
        />
      </div>
      {found.length === 0 ? (
        <Empty
          icon="filter"
          title={t('noMatch')}
          action={<Button onClick={() => onSearch(undefined)}>{t('dropFilter')}</Button>}
        />
      ) : (
        <SuiteTable suites={found} runs={runs} />
      )}
    </>
  )
}

function Summary({ found }: { readonly found: readonly TestedSuite[] }): ReactNode {
  const passed = found.filter(({ last }) => last?.state === 'SUCCESS').length
  return <span className={classes['muted']}>{t('summary', { passed, count: found.length })}</span>
}

function matches({ suite: { id, namespace, flowId } }: TestedSuite, text: string): boolean {
  const place = `${id} ${namespace} ${flowId}`.toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every(word => place.includes(word))
}
