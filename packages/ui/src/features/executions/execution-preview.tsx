import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { Duration } from '../../widgets/duration.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { endMsOf } from './execution-columns.tsx'
import classes from './execution-preview.module.css'
import { t } from './messages.ts'
import type { ExecutionRow } from './use-executions.ts'

/** A row at a glance, without leaving the list. */
export function ExecutionPreview({
  row,
  onClose,
}: {
  readonly row: ExecutionRow
  readonly onClose: () => void
}): ReactNode {
  const go = useGo()
  const startMs = Date.parse(row.state.startDate)
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('state'), <StateBadge key="" state={row.state.current} />],
    [t('started'), <Timestamp key="" atMs={startMs} />],
    [t('ended'), <Timestamp key="" atMs={endMsOf(row)} />],
    [t('duration'), <Duration key="" startMs={startMs} endMs={endMsOf(row)} />],
    [t('revision'), row.flowRevision],
    [t('trigger'), row.trigger?.id ?? t('byHand')],
    ...(row.waitsFor === undefined ? [] : [[t('waits'), row.waitsFor] as const]),
    ...(row.labels ?? []).map(({ key, value }) => [key, value] as const),
    [t('id'), <code key="">{row.id}</code>],
  ]
  return (
    <Dialog
      kind="drawer"
      size="small"
      title={`${row.namespace} / ${row.flowId}`}
      onClose={onClose}
      footer={
        <Button variant="filled" onClick={() => go(paths.execution(row))}>
          {t('open')}
        </Button>
      }
    >
      <dl className={classes['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.failure && (
        <>
          <h3 className={classes['head']}>{t('failedAt', { task: row.failure.taskId })}</h3>
          <CodeBlock label={t('error')} text={row.failure.message ?? t('noMessage')} isWrapped />
        </>
      )}
    </Dialog>
  )
}
