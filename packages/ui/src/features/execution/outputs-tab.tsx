// What the tasks and the execution gave: as columns to walk through, as a tree, or as it stands; below it a place to try expressions.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { ExpressionTry } from './expression-try.tsx'
import { expressionOf, isFileUri, itemsOf, rootOf, valueAt, type Path } from './output-tree.ts'
import { outputMessages as t } from './output-messages.ts'
import { CopyExpression, OutputsOf } from './outputs-of.tsx'
import classes from './outputs.module.css'
import type { ExecutionHead } from './use-execution.ts'
import type { TaskRun } from './use-task-runs.ts'

const FilePreview = lazyDialog(async () => (await import('./file-preview.tsx')).FilePreview)

const PARAMS = { task: textParam, as: wordParam(['columns', 'tree', 'raw']) }
/** Stands for the outputs of the flow. */
const WHOLE = 'flow'

export interface OutputsTabProps {
  readonly head: ExecutionHead
  readonly runs: readonly TaskRun[]
}

export function OutputsTab({ head, runs }: OutputsTabProps): ReactNode {
  const [{ task, as }, setSearch] = useSearchState(PARAMS)
  const sources = useMemo(() => sourcesOf(head, runs), [head, runs])
  const chosen = sources.find(({ id }) => id === task) ?? sources[0]
  if (!chosen) return <Empty icon="file" title={t('none')} text={t('noneText')} />
  return (
    <>
      <div className={classes['toolbar']} role="group" aria-label={t('as')}>
        {(['columns', 'tree', 'raw'] as const).map(mode => (
          <button
            key={mode}
            type="button"
            className={classes['mode']}
            aria-pressed={mode === as}
            onClick={() => setSearch({ as: mode }, { replace: true })}
          >
            {t(mode)}
          </button>
        ))}
      </div>
      <Browser
        key={chosen.id}
        head={head}
        {...{ sources, chosen, as }}
        onChoose={id => setSearch({ task: id }, { replace: true })}
      />
      <ExpressionTry executionId={head.id} taskRunId={chosen.id === WHOLE ? undefined : chosen.id} />
    </>
  )
}

interface Source {
  readonly id: string
  readonly taskId: string
  readonly value: string | undefined
  readonly outputs?: unknown
}

function sourcesOf({ outputs }: ExecutionHead, runs: readonly TaskRun[]): readonly Source[] {
  const whole: readonly Source[] =
    outputs === undefined ? [] : [{ id: WHOLE, taskId: t('ofFlow'), value: undefined, outputs }]
  const tasks = runs.filter(({ hasOutputs }) => hasOutputs === true)
  return [...whole, ...tasks.map(({ id, taskId, value }) => ({ id, taskId, value }))]
}

interface BrowserProps {
  readonly head: ExecutionHead
  readonly sources: readonly Source[]
  readonly chosen: Source
  readonly as: 'columns' | 'tree' | 'raw'
  readonly onChoose: (id: string) => void
}

function Browser({ head, sources, chosen, as, onChoose }: BrowserProps): ReactNode {
  const [path, setPath] = useState<Path>([])
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['executions', head.id, 'outputs', chosen.id],
    queryFn: ({ signal }) =>
      api.executions.outputsOfRun({ params: { executionId: head.id, taskRunId: chosen.id }, signal }),
    enabled: chosen.outputs === undefined,
  })
  const outputs = chosen.outputs ?? data
  const root = chosen.id === WHOLE ? 'outputs' : rootOf(chosen.taskId, chosen.value)
  const levels: readonly Path[] = [...path.map((_, index) => path.slice(0, index)), path]
  const branches = levels.filter(level => itemsOf(valueAt(outputs, level)).length > 0)
  return (
    <div className={classes['columns']}>
      <ul className={classes['column']} aria-label={t('tasks')}>
        {sources.map(({ id, taskId, value }) => (
          <li key={id}>
            <button
              type="button"
              className={classes['entry']}
              aria-current={id === chosen.id}
              onClick={() => onChoose(id)}
            >
              <span>{taskId}</span>
              <span className={classes['hint']}>{value}</span>
            </button>
          </li>
        ))}
      </ul>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {outputs === undefined && isPending && !error && <SkeletonRows rows={3} />}
      {outputs !== undefined && as === 'columns' && (
        <>
          {branches.map(level => (
            <Column key={level.join('/')} {...{ outputs, level, path }} onPath={setPath} />
          ))}
          <Detail executionId={head.id} {...{ root, path }} value={valueAt(outputs, path)} />
        </>
      )}
      {outputs !== undefined && as === 'tree' && (
        <div className={classes['detail']}>
          <OutputsOf executionId={head.id} taskId={chosen.taskId} value={chosen.value} outputs={outputs} />
        </div>
      )}
      {outputs !== undefined && as === 'raw' && (
        <div className={classes['detail']}>
          <CodeBlock label={t('raw')} text={JSON.stringify(outputs, null, 2)} />
        </div>
      )}
    </div>
  )
}

interface ColumnProps {
  readonly outputs: unknown
  readonly level: Path
  readonly path: Path
  readonly onPath: (path: Path) => void
}

const ITEMS_MAX = 500

function Column({ outputs, level, path, onPath }: ColumnProps): ReactNode {
  const items = itemsOf(valueAt(outputs, level))
  return (
    <ul className={classes['column']} aria-label={level.length === 0 ? t('names') : String(level.at(-1))}>
      {items.slice(0, ITEMS_MAX).map(({ key, kind, hint }) => (
        <li key={key}>
          <button
            type="button"
            className={classes['entry']}
            aria-current={path.length > level.length && path[level.length] === key}
            onClick={() => onPath([...level, key])}
          >
            <span>{key}</span>
            <span className={classes['hint']}>{hint}</span>
            {kind === 'branch' && <Icon name="right" size={12} />}
          </button>
        </li>
      ))}
      {items.length > ITEMS_MAX && <li className={classes['muted']}>+ {items.length - ITEMS_MAX}</li>}
    </ul>
  )
}

interface DetailProps {
  readonly executionId: string
  readonly root: string
  readonly path: Path
  readonly value: unknown
}

function Detail({ executionId, root, path, value }: DetailProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  if (path.length === 0) return <p className={`${classes['detail']} ${classes['muted']}`}>{t('choose')}</p>
  const expression = expressionOf(root, path)
  return (
    <div className={classes['detail']}>
      <div className={classes['item']}>
        <code className={classes['code']}>{expression}</code>
        <CopyExpression text={expression} />
      </div>
      <p className={classes['muted']}>{typeOf(value)}</p>
      {isFileUri(value) && (
        <span>
          <Button size="compact-sm" leftSection={<Icon name="eye" size={14} />} onClick={() => setOpen(true)}>
            {t('preview')}
          </Button>
        </span>
      )}
      <CodeBlock
        label={t('value')}
        text={typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '')}
        isWrapped
      />
      {isOpen && isFileUri(value) && (
        <FilePreview executionId={executionId} uri={value} onClose={() => setOpen(false)} />
      )}
    </div>
  )
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return t('list', { count: value.length })
  if (typeof value === 'string') return isFileUri(value) ? t('file') : t('text', { count: value.length })
  if (typeof value === 'object') return t('map', { count: Object.keys(value ?? {}).length })
  return typeof value
}
