// The text of an app beside the page that it makes.
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { useSearchState, wordParam } from '../../lib/search-state.ts'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { BesideText, DocumentEditor } from '../yaml-document/document-editor.tsx'
import { useDocumentChecks } from '../yaml-document/use-document-checks.ts'
import type { CodeHandle } from '../editor/code/code-editor.tsx'
import { Choices } from '../../widgets/choices.tsx'
import type { Stage } from './app-blocks.ts'
import { AppForm } from './app-form.tsx'
import { AppPreview } from './app-preview.tsx'
import { appAddress } from './app-text.ts'
import { Mark } from '../../widgets/mark.tsx'
import classes from './apps.module.css'
import { t } from './messages.ts'
import { useAppActions, useSaveApp, type AppDocument } from './use-apps.ts'

const FACES = ['code', 'form'] as const
const PARAMS = { face: wordParam(FACES) }

export interface AppEditorProps {
  /** The one that is saved; a new one has none. */
  readonly app?: AppDocument
  readonly initial: string
}

export function AppEditor({ app, initial }: AppEditorProps): ReactNode {
  const [text, setText] = useState(initial)
  const [code, setCode] = useState<CodeHandle | undefined>(undefined)
  const [stage, setStage] = useState<Stage>('OPEN')
  const [{ face }, setSearch] = useSearchState(PARAMS)
  const go = useGo()
  const saving = useSaveApp(app?.uid)
  const checks = useDocumentChecks('app', text, (body, signal) => api.apps.validate({ body, signal }))
  const save = (): void => {
    if (saving.isPending) return
    saving.mutate(text, {
      onSuccess: saved => {
        showToast({ kind: 'success', text: t(saved.access === 'PUBLIC' ? 'savedPublic' : 'saved') })
        if (!app) go(paths.app(saved.uid), { replace: true })
      },
    })
  }
  const why = useMay()(app === undefined ? 'APP:CREATE' : 'APP:UPDATE', app?.namespace)
  useActions([{ id: 'app.save', title: t('save'), section: t('section'), keys: 'mod+s', why, run: save }])
  const isDirty = app === undefined || text !== app.source
  return (
    <Page
      title={app?.name ?? t('newApp')}
      crumbs={[{ title: t('title'), to: paths.apps() }]}
      isFull
      badge={<Marks app={app} isDirty={isDirty} />}
      actions={
        <>
          <Choices
            label={t('face')}
            choices={FACES.map(value => ({ value, title: t(value) }))}
            active={face}
            onChoose={chosen => setSearch({ face: chosen }, { replace: true })}
          />
          {app && <AppButtons app={app} />}
          <MayButton
            need={app === undefined ? 'APP:CREATE' : 'APP:UPDATE'}
            namespace={app?.namespace}
            variant="filled"
            hint={t('save')}
            keys="mod+s"
            loading={saving.isPending}
            onClick={save}
          >
            {t('save')}
          </MayButton>
        </>
      }
    >
      {saving.error && <ErrorCard title={t('notSaved')} error={saving.error} />}
      <BesideText>
        <DocumentEditor
          initial={initial}
          label={t('source')}
          checks={checks}
          onChange={setText}
          onSave={save}
          onReady={setCode}
          instead={
            face === 'form' ? <AppForm text={text} stage={stage} onEdit={edits => code?.edit(edits)} /> : undefined
          }
        />
        <AppPreview source={text} stage={stage} onStage={setStage} />
      </BesideText>
    </Page>
  )
}

function Marks({ app, isDirty }: { readonly app: AppDocument | undefined; readonly isDirty: boolean }): ReactNode {
  return (
    <span className={classes['facts']}>
      {app && (
        <Link to={paths.flow({ namespace: app.namespace, id: app.flowId })}>
          {app.namespace} / {app.flowId}
        </Link>
      )}
      {app && (
        <Mark hint={t(app.access === 'PUBLIC' ? 'publicHint' : 'privateHint')}>
          {t(app.access === 'PUBLIC' ? 'isPublic' : 'isPrivate')}
        </Mark>
      )}
      {app?.enabled === false && <Mark>{t('off')}</Mark>}
      {isDirty && <span className={classes['muted']}>● {t('unsaved')}</span>}
    </span>
  )
}

function AppButtons({ app }: { readonly app: AppDocument }): ReactNode {
  const actions = useAppActions()
  const address = appAddress(app.uid)
  const { namespace, flowId: id } = app
  return (
    <>
      <Menu
        label={t('more')}
        align="end"
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              { id: 'flow', title: t('openFlow'), icon: 'flow', to: paths.flow({ namespace, id }) },
              {
                id: 'switch',
                title: t(app.enabled ? 'disable' : 'enable'),
                icon: app.enabled ? 'pause' : 'run',
                run: () => void actions.turn(app),
              },
            ],
          },
          {
            items: [
              {
                id: 'delete',
                title: t('delete'),
                icon: 'trash',
                isDangerous: true,
                run: () => void actions.remove(app),
              },
            ],
          },
        ]}
      />
      <CopyButton text={`${location.origin}${address}`} label={t('copyLink')} />
      {app.enabled && (
        <a
          className={classes['open']}
          href={address}
          target="_blank"
          rel="noopener"
          aria-label={t('openNamed', { name: app.name })}
        >
          <Icon name="external" size={14} />
          {t('open')}
        </a>
      )}
    </>
  )
}
