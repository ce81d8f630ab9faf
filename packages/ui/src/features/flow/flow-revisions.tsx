// The revisions of a flow: how their runs went, what changed from one to another, and the way back to an old one.
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { numberParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { isFinalState } from '../../lib/states.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { DiffView } from '../../widgets/diff-view.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { attempt } from '../flows/use-flow-actions.ts'
import { compareFlows, type FlowChange } from './compare-flows.ts'
import { Select } from '../../widgets/select.tsx'
import classes from './flow-page.module.css'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'
import {
  useAuthors,
  useFlowGrid,
  useRevisions,
  type Author,
  type FlowGridDocument,
  type RevisionDocument,
} from './use-flow.ts'

const PARAMS = {
  revisionLeft: numberParam,
  revisionRight: numberParam,
  diff: wordParam(['side', 'inline']),
}
const RUNS = 100

export function FlowRevisions({ flow }: FlowTabProps): ReactNode {
  const { data, error, isPending, refetch } = useRevisions(flow)
  const grid = useFlowGrid(flow, RUNS)
  const authors = useAuthors(flow)
  const [{ revisionLeft, revisionRight, diff }, setSearch] = useSearchState(PARAMS)
  if (isPending) return <SkeletonRows rows={8} />
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  const revisions = data.toReversed()
  const right = revisions.find(({ revision }) => revision === revisionRight) ?? revisions[0]
  if (!right) return null
  const left = revisions.find(({ revision }) => revision === (revisionLeft ?? right.revision - 1))
  return (
    <div className={classes['split']}>
      <ol className={classes['revisions']}>
        {revisions.map(item => (
          <li key={item.revision}>
            <RevisionLink
              flow={flow}
              item={item}
              runs={grid.data?.runs ?? []}
              author={authors.get(item.revision)}
              isChosen={item.revision === right.revision}
              isNewest={item === revisions[0]}
            />
          </li>
        ))}
      </ol>
      <div className={classes['stack']}>
        <div className={classes['toolbar']}>
          <h2>{t('revisionTitle', { revision: right.revision })}</h2>
          {revisions.length > 1 && (
            <>
              <label className={classes['choice']}>
                {t('compareWith')}
                <Select
                  isCompact
                  value={left?.revision ?? ''}
                  onChange={event => setSearch({ revisionLeft: Number(event.currentTarget.value) }, { replace: true })}
                >
                  {left === undefined && <option value="">–</option>}
                  {revisions
                    .filter(item => item !== right)
                    .map(({ revision }) => (
                      <option key={revision} value={revision}>
                        {t('revisionTitle', { revision })}
                      </option>
                    ))}
                </Select>
              </label>
              <Button
                size="compact-sm"
                onClick={() => setSearch({ diff: diff === 'side' ? 'inline' : 'side' }, { replace: true })}
              >
                {t(diff === 'side' ? 'inline' : 'sideBySide')}
              </Button>
            </>
          )}
          <Restore flow={flow} revision={right} isNewest={right === revisions[0]} />
        </div>
        <Difference left={left} right={right} isSideBySide={diff === 'side'} />
      </div>
    </div>
  )
}

interface RevisionLinkProps {
  readonly flow: FlowTabProps['flow']
  readonly item: RevisionDocument
  readonly runs: FlowGridDocument['runs']
  readonly author: Author | undefined
  readonly isChosen: boolean
  readonly isNewest: boolean
}

function RevisionLink({ flow, item, runs, author, isChosen, isNewest }: RevisionLinkProps): ReactNode {
  const own = runs.filter(({ revision }) => revision === item.revision)
  const ended = own.filter(({ state }) => isFinalState(state))
  const good = ended.filter(({ state }) => state === 'SUCCESS' || state === 'WARNING').length
  const rate = ended.length === 0 ? 0 : Math.round((good / ended.length) * 100)
  return (
    <Link
      className={classes['revision']}
      to={`${paths.flow(flow, 'revisions')}?revisionRight=${item.revision}`}
      aria-current={isChosen}
    >
      <span className={classes['revisionTitle']}>
        {t('revisionTitle', { revision: item.revision })}
        {isNewest && <span className={classes['good']}>{t('newest')}</span>}
        {isFirstFailing(item.revision, runs) && <span className={classes['bad']}>{t('firstFailing')}</span>}
      </span>
      {author?.message !== undefined && <span className={classes['message']}>{author.message}</span>}
      <span className={classes['hint']}>
        {author?.name !== undefined && `${author.name} · `}
        {item.updated !== undefined && <Timestamp atMs={Date.parse(item.updated)} />}
        {' · '}
        {ended.length === 0 ? t('noRunsOfRevision') : t('runsOfRevision', { count: ended.length, rate })}
      </span>
    </Link>
  )
}

/** The one that broke it: the earliest revision that failed while those before it, as far as is known, did not. */
function isFirstFailing(revision: number, runs: FlowGridDocument['runs']): boolean {
  const failed = runs.filter(({ state }) => state === 'FAILED').map(run => run.revision)
  const older = runs.filter(run => run.revision < revision)
  return failed.length > 0 && Math.min(...failed) === revision && older.length > 0
}

interface DifferenceProps {
  readonly left: RevisionDocument | undefined
  readonly right: RevisionDocument
  readonly isSideBySide: boolean
}

function Difference({ left, right, isSideBySide }: DifferenceProps): ReactNode {
  const [before, after] = [left?.source ?? '', right.source ?? '']
  // The first one differs from nothing: all of it in green would say no more.
  if (left === undefined)
    return <CodeBlock isWhole text={after} label={t('revisionTitle', { revision: right.revision })} />
  if (before === after) return <p className={classes['hint']}>{t('sourceEqual')}</p>
  const changes = compareFlows({ ...left }, { ...right })
  return (
    <>
      {changes.length > 0 && (
        <section aria-label={t('changes')}>
          <ul className={classes['changes']}>
            {changes.map(change => (
              <li key={`${change.part} ${change.name}`}>{sentenceOf(change)}</li>
            ))}
          </ul>
        </section>
      )}
      <DiffView
        before={before}
        after={after}
        titles={[t('revisionTitle', { revision: left.revision }), t('revisionTitle', { revision: right.revision })]}
        isSideBySide={isSideBySide}
      />
    </>
  )
}

const WORDS = {
  task: 'partTask',
  trigger: 'partTrigger',
  input: 'partInput',
  output: 'partOutput',
  flow: 'partFlow',
} as const

function sentenceOf({ type, part, name, keys }: FlowChange): string {
  if (part === 'flow') return t('changedFlow', { keys: keys.join(', ') })
  return t(type, { what: t(WORDS[part]), name, keys: keys.join(', ') })
}

interface RestoreProps extends FlowTabProps {
  readonly revision: RevisionDocument
  readonly isNewest: boolean
}

function Restore({ flow, revision, isNewest }: RestoreProps): ReactNode {
  const client = useQueryClient()
  const save = async (source: string, undo: string | undefined): Promise<void> => {
    await attempt(async () => {
      const params = { namespace: flow.namespace, id: flow.id }
      const saved = await api.flows.update({ params, body: source })
      await client.invalidateQueries({ queryKey: ['flows'] })
      showToast({
        kind: 'success',
        text: t('isRestored', { revision: revision.revision, next: saved.revision }),
        ...(undo !== undefined && { action: { title: t('undo'), run: () => void save(undo, undefined) } }),
      })
    })
  }
  const restore = (): void => {
    if (!isNewest) void save(revision.source ?? '', flow.source)
  }
  return (
    <Button
      size="compact-sm"
      aria-disabled={isNewest}
      data-disabled={isNewest}
      {...(isNewest ? tip(t('whyNewest')) : {})}
      onClick={restore}
    >
      {t('restoreRevision')}
    </Button>
  )
}
