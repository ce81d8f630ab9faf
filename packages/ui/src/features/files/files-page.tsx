// Which scripts and queries do flows use, and what is in them?
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { NamespaceChooser } from '../namespaces/namespace-chooser.tsx'
import { FilesPanel } from './files-panel.tsx'
import { t } from './messages.ts'

const PARAMS = { namespace: textParam }

export function FilesPage(): ReactNode {
  const [{ namespace }, setSearch] = useSearchState(PARAMS)
  return (
    <Page
      title={t('title')}
      isFull
      actions={<NamespaceChooser value={namespace} onChange={next => setSearch({ namespace: next })} />}
    >
      {namespace === undefined || namespace === '' ? (
        <Empty icon="folder" title={t('chooseNamespace')} text={t('chooseText')} />
      ) : (
        <FilesPanel key={namespace} namespace={namespace} />
      )}
    </Page>
  )
}
