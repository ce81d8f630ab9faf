// What do you want from me, and by when?
import { Button } from '@mantine/core'
import { useCallback, useMemo, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { Due } from './due.tsx'
import { HumanTaskPanel } from './human-task-panel.tsx'
import { SideEntries, SideEntry, SideList } from '../../widgets/side-list.tsx'
import classes from './inbox.module.css'
import { t } from './messages.ts'
import { taskKey, useInbox, type HumanTask } from './use-inbox.ts'

const PARAMS = { task: textParam }

export function InboxPage(): ReactNode {
  const [{ task }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useInbox()
  const tasks = useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data])
  const chosen = tasks.find(item => taskKey(item) === task)
  const shown = chosen ?? (task === undefined ? tasks[0] : undefined)
  const move = (step: number): void => {
    const next = tasks[tasks.findIndex(item => item === shown) + step]
    if (next) setSearch({ task: taskKey(next) }, { replace: true })
  }
  useActions([
    { id: 'inbox.next', title: t('next'), section: t('section'), keys: 'j', run: () => move(1) },
    { id: 'inbox.previous', title: t('previous'), section: t('section'), keys: 'k', run: () => move(-1) },
  ])
  const onDone = useCallback(() => setSearch({ task: undefined }, { replace: true }), [setSearch])
  return (
    <Page
      title={t('title')}
      badge={tasks.length > 0 && <span className={classes['muted']}>{formatNumber(tasks.length)}</span>}
    >
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={5} />}
      {data && tasks.length === 0 && (
        <Empty
          icon="inbox"
          title={t('none')}
          text={t('noneText')}
          action={<Link to={paths.executions()}>{t('openExecution')}</Link>}
        />
      )}
      {tasks.length > 0 && (
        <SideList
          isOpen={chosen !== undefined}
          side={
            <SideEntries label={t('list')}>
              {tasks.map(item => (
                <Entry key={taskKey(item)} task={item} isChosen={item === shown} />
              ))}
              {hasNextPage && <Button onClick={() => void fetchNextPage()}>{t('more')}</Button>}
            </SideEntries>
          }
        >
          <div className={classes['panel']}>
            {shown ? (
              <HumanTaskPanel key={taskKey(shown)} task={shown} onDone={onDone} />
            ) : (
              <p className={classes['muted']}>{t('gone')}</p>
            )}
          </div>
        </SideList>
      )}
    </Page>
  )
}

function Entry({ task, isChosen }: { readonly task: HumanTask; readonly isChosen: boolean }): ReactNode {
  return (
    <SideEntry to={withQuery(paths.inbox(), [['task', taskKey(task)]])} isChosen={isChosen} isRow>
      <span className={classes['pause']}>
        <Icon name="pause" size={14} />
      </span>
      <span className={classes['entryText']}>
        <span className={classes['name']}>
          <span className={classes['muted']}>{task.namespace} / </span>
          {task.flowId}
        </span>
        <span className={classes['muted']}>
          {task.taskId ?? t('by')} · <Timestamp atMs={Date.parse(task.since)} isRelative />
        </span>
      </span>
      <Due task={task} />
    </SideEntry>
  )
}
