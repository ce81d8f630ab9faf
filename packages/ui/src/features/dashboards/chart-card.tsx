// A chart in its card. It is asked for when it comes near the window, and what is wrong with it stays in it.
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import { formatMomentLong } from '../../lib/time.ts'
import { saveFile } from '../../platform/save-file.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { Markdown } from '../../widgets/markdown.tsx'
import { Menu, type MenuGroup } from '../../widgets/menu.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { ChartBody } from './chart-body.tsx'
import { lookOf, mapOf, type ChartLook } from './chart-look.ts'
import classes from './dashboards.module.css'
import { t } from './messages.ts'
import { useRows, type RowsSource, type ShownRows } from './use-dashboards.ts'

const ChartSource = lazyPart(async () => (await import('./chart-source.tsx')).ChartSource, undefined)

export interface ChartCardProps {
  readonly chart: unknown
  readonly rows: RowsSource
  /** As CSV, of what is shown. */
  readonly csv: (look: ChartLook) => Promise<string>
  readonly onRange?: (fromMs: number, toMs: number) => void
  /** What else can be done. */
  readonly groups?: readonly MenuGroup[]
  readonly isSelected?: boolean
  readonly children?: ReactNode
}

export function ChartCard({
  chart,
  rows,
  csv,
  onRange,
  groups = [],
  isSelected = false,
  children,
}: ChartCardProps): ReactNode {
  const ref = useRef<HTMLElement>(null)
  const isSeen = useSeen(ref)
  const [isTable, setTable] = useState(false)
  const look = lookOf(chart)
  const isText = look.kind === 'Markdown'
  const { data, error, refetch } = useRows(rows, look.id, isSeen && !isText && look.id !== '')
  const problem = error ?? data?.error
  return (
    <section
      ref={ref}
      className={classes['card']}
      aria-label={look.title}
      data-width={look.width}
      {...(isSelected ? { 'data-selected': '' } : {})}
    >
      <header className={classes['head']}>
        <h2>{look.title}</h2>
        <Menu
          label={t('chartMenu', { title: look.title })}
          button={<Icon name="more" />}
          align="end"
          groups={[...(isText ? [] : [ownGroup({ look, chart, csv, isTable, setTable })]), ...groups]}
        />
      </header>
      {look.description !== undefined && <p className={classes['muted']}>{look.description}</p>}
      {isText ? (
        <Markdown text={look.content} />
      ) : problem === undefined || problem === null ? (
        <Rows {...{ look, chart, data, isTable, onRange }} />
      ) : (
        <>
          <ErrorCard title={t('chartFailed')} error={problem} onRetry={() => void refetch()} />
          <ChartSource chart={chart} label={look.title} />
        </>
      )}
      {children}
    </section>
  )
}

interface RowsProps {
  readonly look: ChartLook
  readonly chart: unknown
  readonly data: ShownRows | undefined
  readonly isTable: boolean
  readonly onRange: ChartCardProps['onRange']
}

function Rows({ look, chart, data, isTable, onRange }: RowsProps): ReactNode {
  if (!data) return <Skeleton height={look.kind === 'KPI' ? '36px' : '200px'} />
  const order = mapOf(mapOf(chart)['data'])['orderBy']
  return (
    <>
      <ChartBody
        look={look}
        rows={data.results ?? []}
        fromMs={data.fromMs}
        toMs={data.toMs}
        isTable={isTable}
        hasOrder={Array.isArray(order) && order.length > 0}
        onRange={onRange}
      />
      {data.countedFrom !== undefined && (
        <p className={classes['muted']}>{t('since', { date: formatMomentLong(Date.parse(data.countedFrom)) })}</p>
      )}
    </>
  )
}

interface OwnGroup {
  readonly look: ChartLook
  readonly chart: unknown
  readonly csv: ChartCardProps['csv']
  readonly isTable: boolean
  setTable(isTable: boolean): void
}

function ownGroup({ look, chart, csv, isTable, setTable }: OwnGroup): MenuGroup {
  const canBeTable = look.kind !== 'Table' && look.kind !== 'KPI'
  const table = {
    id: 'table',
    title: isTable ? t('asChart') : t('asTable'),
    icon: isTable ? 'chart' : 'table',
    run: () => setTable(!isTable),
  } as const
  return {
    items: [
      ...(canBeTable ? [table] : []),
      { id: 'csv', title: t('csv'), icon: 'download', run: () => void download(look, csv) },
      { id: 'yaml', title: t('copyYaml'), icon: 'copy', run: () => void copy(chart) },
    ],
  }
}

async function download(look: ChartLook, csv: ChartCardProps['csv']): Promise<void> {
  try {
    saveFile(`${look.id}.csv`, await csv(look), 'text/csv')
  } catch (error) {
    showToast({ kind: 'error', text: t('csvFailed'), detail: String(error) })
  }
}

async function copy(chart: unknown): Promise<void> {
  const { sourceOfChart } = await import('./chart-source.tsx')
  await navigator.clipboard.writeText(sourceOfChart(chart))
  showToast({ kind: 'success', text: t('copied') })
}

const NEAR = '200px'

/** Once it came near it stays asked for. */
function useSeen(ref: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    const element = ref.current
    if (!element || isSeen) return undefined
    const watch = new IntersectionObserver(
      entries => {
        if (entries.some(entry => entry.isIntersecting)) setSeen(true)
      },
      { rootMargin: NEAR },
    )
    watch.observe(element)
    return () => watch.disconnect()
  }, [ref, isSeen])
  return isSeen
}
