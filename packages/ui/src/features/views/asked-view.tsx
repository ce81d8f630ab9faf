import type { ReactNode } from 'react'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import type { ViewChoice, ViewsProps } from './use-view-choice.ts'

const SaveViewDialog = lazyDialog(async () => (await import('./save-view-dialog.tsx')).SaveViewDialog)

export interface AskedViewProps extends ViewsProps {
  readonly choice: ViewChoice
}

/** The dialog in which a view is named, while somebody saves one. */
export function AskedView({ page, path, columns, choice }: AskedViewProps): ReactNode {
  const { asked, views, own, query, save, ask } = choice
  if (asked === undefined) return null
  return (
    <SaveViewDialog
      page={page}
      query={asked === 'edit' ? (own?.filters ?? '') : query}
      path={path}
      {...(columns ? { columns } : {})}
      view={asked === 'edit' ? views.find(view => view === own) : undefined}
      isBusy={save.isPending}
      onSave={save.mutate}
      onClose={() => ask(undefined)}
    />
  )
}
