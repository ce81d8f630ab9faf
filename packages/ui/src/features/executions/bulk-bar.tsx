// What is done to the rows that are chosen, or to all that the filter keeps: a sentence first that says to how many, in which states, and who is left
// out. What cannot be taken back is confirmed, above a hundred by typing the number.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { CopyAs } from '../../widgets/copy-as.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { Menu, type MenuItem } from '../../widgets/menu.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { useStartOperation } from '../operations/use-operations.ts'
import { operationOf, type BulkAction } from './act-on-many.ts'
import classes from './bulk-bar.module.css'
import { formsOfRows } from './copy-forms.ts'
import { t } from './messages.ts'
import { needOf, queryOfFit, splitByFit } from './possible-actions.ts'
import { usePreview } from './use-preview.ts'
import type { ExecutionQuery, ExecutionRow } from './use-executions.ts'

const BulkDialog = lazyDialog(async () => (await import('./bulk-dialog.tsx')).BulkDialog)

export interface BulkBarProps {
  readonly rows: readonly ExecutionRow[]
  /** All that the filter keeps, of which `rows` are a part. */
  readonly isAll: boolean
  readonly total: number
  /** There are at least so many. */
  readonly isEstimate: boolean
  readonly query: ExecutionQuery
  readonly onAll: () => void
  readonly onClear: () => void
}

export function BulkBar({ rows, isAll, total, isEstimate, query, onAll, onClear }: BulkBarProps): ReactNode {
  const [asked, setAsked] = useState<BulkAction | undefined>(undefined)
  const go = useGo()
  const run = useStartOperation(() => {
    setAsked(undefined)
    onClear()
  })
  const [left, right] = rows
  const compare = left && right && rows.length === 2 && !isAll ? paths.compare(left.id, right.id) : undefined
  const mayNot = useMay()
  const fits = (action: BulkAction): string | undefined => {
    if (rows.length === 0) return t('selectFirst')
    if (isAll) return queryOfFit(action, query) ? undefined : t('noneFits')
    return splitByFit(action, rows).fit.length > 0 ? undefined : t('noneFits')
  }
  const item = (id: BulkAction, look: Omit<MenuItem, 'id' | 'run'>): MenuItem => ({
    why: mayNot(needOf(id)) ?? fits(id),
    ...look,
    id,
    run: () => setAsked(id),
  })
  const items: readonly MenuItem[] = [
    item('restart', { title: t('restart'), icon: 'retry', keys: 'r' }),
    item('replay', { title: t('replay'), icon: 'replay', keys: 'shift+r' }),
    item('kill', { title: t('kill'), icon: 'stop', keys: 'backspace', isDangerous: true }),
    item('pause', { title: t('pause'), icon: 'pause' }),
    item('resume', { title: t('resume'), icon: 'run' }),
    item('labels', { title: t('labelsEdit'), icon: 'tag' }),
    item('delete', { title: t('delete'), icon: 'trash', isDangerous: true }),
  ]
  useBulkKeys(items, compare)
  if (rows.length === 0) return null
  return (
    <div className={classes['bar']} role="toolbar" aria-label={t('bulk')}>
      <b>{isAll ? <AllSelected total={total} query={query} /> : t('selected', { count: rows.length })}</b>
      {!isAll && total > rows.length && (
        <button type="button" className={classes['all']} onClick={onAll}>
          {isEstimate ? t('selectEvery') : t('selectAll', { count: total })}
        </button>
      )}
      <span className={classes['actions']}>
        {items.slice(0, 3).map(one => (
          <ActionButton key={one.id} item={one} />
        ))}
        {compare !== undefined && (
          <Button size="compact-sm" leftSection={<Icon name="compare" size={14} />} onClick={() => go(compare)}>
            {t('compare')}
          </Button>
        )}
        <Menu label={t('moreActions')} button={<Icon name="more" />} align="end" groups={[{ items: items.slice(3) }]} />
        <CopyAs forms={formsOfRows(rows)} />
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
          {t('clear')}
        </Button>
      </span>
      {asked !== undefined && (
        <BulkDialog
          action={asked}
          {...{ rows, isAll, total, query }}
          isBusy={run.isPending}
          onClose={() => setAsked(undefined)}
          onRun={given => run.mutate(operationOf({ action: asked, rows, ...given, ...(isAll ? { query } : {}) }))}
        />
      )}
    </div>
  )
}

/** Counted exactly once all are chosen. */
function AllSelected({ total, query }: Pick<BulkBarProps, 'total' | 'query'>): ReactNode {
  const preview = usePreview('replay', query)
  return t('allSelected', { count: preview?.total ?? total })
}

function ActionButton({ item: { title, icon, why, run } }: { readonly item: MenuItem }): ReactNode {
  return (
    <Button
      size="compact-sm"
      {...(why === undefined ? {} : tip(why))}
      {...(why === undefined ? {} : { 'data-disabled': true })}
      aria-disabled={why !== undefined}
      leftSection={icon && <Icon name={icon} size={14} />}
      onClick={() => {
        if (why === undefined) run?.()
      }}
    >
      {title}
    </Button>
  )
}

/** The same by keys and in the palette. */
function useBulkKeys(items: readonly MenuItem[], compare: string | undefined): void {
  const go = useGo()
  useActions([
    ...items.map(({ id, title, keys, why, run }) => ({
      id: `executions.${id}`,
      title: t('ofSelected', { action: title }),
      section: t('title'),
      keys,
      why,
      run: () => run?.(),
    })),
    {
      id: 'executions.compare',
      title: t('ofSelected', { action: t('compare') }),
      section: t('title'),
      keys: 'v',
      why: compare === undefined ? t('compareTwo') : undefined,
      run: () => {
        if (compare !== undefined) go(compare)
      },
    },
  ])
}
