// The log of one execution, of any length. Filters, what is looked for and the line that is meant stand in the address.
import { Button } from '@mantine/core'
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { readLocal, writeLocal } from '../../platform/local-store.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { VirtualLog } from '../../widgets/virtual-log.tsx'
import { DensityBar } from './density-bar.tsx'
import classes from './execution-logs.module.css'
import { LogRow, ROW_PX } from './log-row.tsx'
import { LogToolbar } from './log-toolbar.tsx'
import { t } from './messages.ts'
import { printLine } from './read-line.ts'
import { useViewerSearch, type ViewerSearch } from './use-viewer-search.ts'
import {
  findError,
  findPlace,
  useHits,
  useLogIndex,
  useLogWindow,
  type Hits,
  type LogFilter,
  type LogLine,
  type LogSource,
} from './use-log.ts'

export interface ExecutionLogsProps {
  readonly executionId: string
  /** Lines may still come. */
  readonly isRunning: boolean
  /** Below something else, whose page it is. */
  readonly pane?: LogPane | undefined
}

export interface LogPane {
  /** Only what this task has written. */
  readonly task: string | undefined
  /** Where the whole log is, for links to its lines. */
  readonly href: string
  /** In the place of what chooses a task: the pane follows what is chosen beside it. */
  readonly scope: ReactNode
  /** At the end of the toolbar. */
  readonly tools: ReactNode
}

const WRAP = 'logs.wrap'
const NO_MARKS: readonly number[] = []

export function ExecutionLogs({ executionId, isRunning, pane }: ExecutionLogsProps): ReactNode {
  const viewer = useViewer({ executionId, isRunning, pane })
  const { search, setSearch, filter, index, hits, source, goLine } = viewer
  const { level, task, attempt, q = '', line } = search
  const sight = useSight(source)
  const isFiltered = level !== '' || task !== undefined || attempt !== undefined || viewer.isOnlyHits
  const showAll = (): void => setSearch({ level: '', task: undefined, attempt: undefined, only: false })
  return (
    <section className={classes['viewer']} aria-label={t('title')}>
      <LogToolbar
        {...{ index, executionId, filter, hits, q }}
        scope={pane?.scope}
        tools={pane?.tools}
        isFollowing={viewer.isFollowing}
        isWrapped={viewer.isWrapped}
        isOnlyHits={viewer.isOnlyHits}
        at={hits.lines.findIndex(hit => hit.line + 1 === line)}
        shown={source.total}
        onSearch={viewer.patch}
        onJump={viewer.jumps.hit}
        onFollow={viewer.setFollowing}
        onWrap={viewer.wrap}
        onCopy={form => void copyLines(sight.lines(), form)}
      />
      {source.total !== 0 && <DensityBar density={index?.density} onGo={goLine} />}
      {source.error ? <ErrorCard title={t('failed')} error={source.error} onRetry={source.retry} /> : null}
      {source.total === undefined && !source.error && <SkeletonRows rows={14} />}
      {source.total === 0 && <Nothing isRunning={isRunning} onDrop={isFiltered ? showAll : undefined} />}
      {source.total !== undefined && source.total > 0 && (
        <VirtualLog
          label={t('label')}
          count={source.total}
          rowPx={ROW_PX}
          row={at => (
            <Row
              key={at}
              item={source.lineAt(at)}
              chosen={line}
              isWrapped={viewer.isWrapped}
              page={pane?.href}
              {...{ q, goLine }}
            />
          )}
          onSight={sight.see}
          isFollowing={viewer.isFollowing}
          onFollow={viewer.setFollowing}
          goTo={viewer.goTo}
          marks={viewer.isOnlyHits ? NO_MARKS : marksOf(hits, index?.lines ?? 0)}
        />
      )}
    </section>
  )
}

/** What the address says, what it makes of the log, and how one moves in it. */
function useViewer({ executionId, isRunning, pane }: ExecutionLogsProps) {
  const [search, setSearch] = useViewerSearch(pane !== undefined)
  const { level, attempt, q = '', only, line } = search
  const task = pane ? pane.task : search.task
  const filter = useMemo(
    (): LogFilter => ({
      ...(level === '' ? {} : { level }),
      ...(task === undefined ? {} : { task }),
      ...(attempt === undefined ? {} : { attempt }),
    }),
    [level, task, attempt],
  )
  const isOnlyHits = only && q !== ''
  const index = useLogIndex(executionId).data
  const hits = useHits(executionId, q, filter)
  const lines = useLogWindow(executionId, { filter, isOn: !isOnlyHits, line })
  const [isFollowing, setFollowing] = useState(isRunning && line === undefined)
  const [isWrapped, setWrapped] = useState(() => readLocal(WRAP) === 'true')
  const goTo = useLinePlace({ executionId, line, filter, hits: isOnlyHits ? hits : undefined })
  const patch = useCallback((next: Partial<ViewerSearch>) => setSearch(next, { replace: true }), [setSearch])
  const goLine = useCallback(
    (next: number) => {
      setFollowing(false)
      patch({ line: next + 1 })
    },
    [patch],
  )
  const jumps = useJumps({ executionId, hits, line, goLine })
  const wrap = (): void => {
    writeLocal(WRAP, isWrapped ? undefined : 'true')
    setWrapped(!isWrapped)
  }
  const section = t('section')
  useActions([
    { id: 'logs.next', title: t('nextHit'), section, keys: 'n', run: () => jumps.hit(1) },
    { id: 'logs.previous', title: t('previousHit'), section, keys: 'shift+n', run: () => jumps.hit(-1) },
    { id: 'logs.error', title: t('nextError'), section, keys: 'e', run: () => jumps.error(1) },
    { id: 'logs.errorUp', title: t('previousError'), section, keys: 'shift+e', run: () => jumps.error(-1) },
    { id: 'logs.wrap', title: t('wrapLines'), section, keys: 'w', run: wrap },
    { id: 'logs.end', title: t('end'), section, keys: 'shift+g', run: () => setFollowing(true) },
  ])
  const source = isOnlyHits ? sourceOf(hits) : lines
  const own = { search, setSearch, patch, filter, index, hits, source, isOnlyHits }
  return { ...own, isFollowing, setFollowing, isWrapped, wrap, goTo, goLine, jumps }
}

interface RowProps {
  readonly item: LogLine | undefined
  readonly q: string
  readonly isWrapped: boolean
  readonly chosen: number | undefined
  /** Where links to lines lead, if it is not this page. */
  readonly page: string | undefined
  goLine(line: number): void
}

function Row({ item, q, isWrapped, chosen, page, goLine }: RowProps): ReactNode {
  const number = item?.line ?? 0
  const line = useMemo(
    () => ({ number: number + 1, href: lineHref(number + 1, page), go: () => goLine(number) }),
    [number, page, goLine],
  )
  if (!item) return <div className={classes['absent']} style={{ height: ROW_PX }} />
  return (
    <LogRow
      at={item.timestamp}
      level={item.level}
      message={item.message}
      taskId={item.taskId}
      origin={
        item.attemptNumber !== undefined && item.attemptNumber > 0 ? (
          <span className={classes['attempt']}>
            <span>{item.taskId}</span> <span>↻{item.attemptNumber + 1}</span>
          </span>
        ) : undefined
      }
      line={line}
      wanted={q}
      isWrapped={isWrapped}
      isChosen={item.line + 1 === chosen}
    />
  )
}

function lineHref(line: number, page: string | undefined): string {
  if (page !== undefined) return `${page}?line=${line}`
  const query = new URLSearchParams(location.search)
  query.set('line', String(line))
  return `${location.pathname}?${query.toString()}`
}

function sourceOf(hits: Hits): LogSource {
  return {
    total: hits.isPending && hits.lines.length === 0 ? undefined : hits.lines.length,
    error: hits.error,
    lineAt: position => hits.lines[position],
    see: () => undefined,
    retry: () => undefined,
  }
}

function marksOf(hits: Hits, lines: number): readonly number[] {
  if (lines === 0 || hits.lines.length === 0) return NO_MARKS
  return [...new Set(hits.lines.map(({ line }) => Math.round((line / lines) * 400) / 400))]
}

interface Sight {
  see(first: number, last: number): void
  lines(): readonly LogLine[]
}

function useSight(source: LogSource): Sight {
  const [range, setRange] = useState({ first: 0, last: 0 })
  const { see } = source
  return {
    see: useCallback(
      (first: number, last: number) => {
        see(first, last)
        setRange({ first, last })
      },
      [see],
    ),
    lines: () =>
      Array.from({ length: range.last - range.first }, (_, index) => source.lineAt(range.first + index)).filter(
        line => line !== undefined,
      ),
  }
}

interface LinePlace {
  readonly executionId: string
  readonly line: number | undefined
  readonly filter: LogFilter
  readonly hits: Hits | undefined
}

/** Where the line of the address stands among those that are shown. */
function useLinePlace({ executionId, line, filter, hits }: LinePlace): { readonly row: number } | undefined {
  const [place, setPlace] = useState<{ readonly row: number }>()
  // Hits that come later move nothing.
  const newest = useRef(hits)
  useEffect(() => {
    newest.current = hits
  })
  const isFinding = hits !== undefined
  useEffect(() => {
    if (line === undefined) return undefined
    if (isFinding) {
      const row = newest.current?.lines.findIndex(hit => hit.line + 1 >= line) ?? 0
      setPlace({ row: Math.max(0, row) })
      return undefined
    }
    let isLate = false
    findPlace(executionId, line - 1, filter).then(
      row => {
        if (!isLate) setPlace({ row })
      },
      (error: unknown) => showToast({ kind: 'error', text: t('failed'), detail: String(error) }),
    )
    return () => {
      isLate = true
    }
  }, [executionId, line, filter, isFinding])
  return place
}

interface JumpWish {
  readonly executionId: string
  readonly hits: Hits
  readonly line: number | undefined
  goLine(line: number): void
}

function useJumps({ executionId, hits, line, goLine }: JumpWish): {
  hit(step: 1 | -1): void
  error(step: 1 | -1): void
} {
  return {
    hit: step => {
      const found =
        step === 1
          ? (hits.lines.find(hit => hit.line + 1 > (line ?? 0)) ?? hits.lines[0])
          : (hits.lines.findLast(hit => hit.line + 1 < (line ?? Infinity)) ?? hits.lines.at(-1))
      if (found) goLine(found.line)
    },
    error: step => {
      findError(executionId, (line ?? 0) - 1, step).then(
        found => (found === undefined ? void showToast({ text: t('noError') }) : goLine(found)),
        (error: unknown) => showToast({ kind: 'error', text: t('failed'), detail: String(error) }),
      )
    },
  }
}

async function copyLines(lines: readonly LogLine[], form: 'text' | 'markdown'): Promise<void> {
  const text = lines.map(printLine).join('\n')
  await navigator.clipboard.writeText(form === 'text' ? text : `\`\`\`\n${text}\n\`\`\`\n`)
  showToast({ kind: 'success', text: t('copied', { count: lines.length }) })
}

function Nothing({
  isRunning,
  onDrop,
}: {
  readonly isRunning: boolean
  readonly onDrop: (() => void) | undefined
}): ReactNode {
  if (onDrop)
    return <Empty icon="filter" title={t('noMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
  return <Empty icon="logs" title={isRunning ? t('noneYet') : t('none')} text={t('noneText')} />
}
