// A board that is being written. The editor comes behind the page.
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { paths } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { editorMessages as t } from './editor-messages.ts'
import { useDashboard } from './use-dashboards.ts'

const rows = <SkeletonRows rows={10} />
const BoardEditor = lazyPart(async () => (await import('./board-editor.tsx')).BoardEditor, rows)

export function NewBoardPage(): ReactNode {
  return (
    <Page title={t('newBoard')} crumbs={[{ title: t('home'), to: paths.home() }]} isFull>
      <BoardEditor />
    </Page>
  )
}

export function EditBoardPage(): ReactNode {
  const { id = '' } = useParams({ strict: false })
  const { data: board, error, refetch } = useDashboard(id)
  const title = board?.title ?? id
  return (
    <Page
      title={t('edit', { title })}
      crumbs={[
        { title: t('home'), to: paths.home() },
        { title, to: paths.home(id) },
      ]}
      isFull
    >
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {!error && !board && rows}
      {!error && board && <BoardEditor key={board.id} board={board} />}
    </Page>
  )
}
