// The text of a suite beside what it came to. What is not saved is not run: a result belongs to what the server keeps.
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Kbd } from '../../widgets/kbd.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { Note } from '../../widgets/note.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { BesideText, DocumentEditor } from '../yaml-document/document-editor.tsx'
import { useDocumentChecks } from '../yaml-document/use-document-checks.ts'
import { Mark } from '../../widgets/mark.tsx'
import { t } from './messages.ts'
import { SuiteResults } from './suite-results.tsx'
import { withFlag } from './suite-text.ts'
import classes from './tests.module.css'
import { useDeleteSuite, useRunSuite, useSaveSuite, type Suite } from './use-tests.ts'

export interface SuiteViewProps {
  /** The one that is saved; a new one has none. */
  readonly suite?: Suite
  readonly initial: string
  /** Where a new one comes from. */
  readonly hint?: string
}

export function SuiteView({ suite, initial, hint }: SuiteViewProps): ReactNode {
  const [text, setText] = useState(initial)
  const [begin, setBegin] = useState(initial)
  const checks = useDocumentChecks('test', text, (body, signal) => api.tests.validate({ body, signal }))
  const work = useSuiteWork(suite, text)
  const isDirty = suite === undefined || text !== suite.source
  const flip = (key: string, isOn: boolean): void => {
    const next = withFlag(text, key, isOn)
    setText(next)
    setBegin(next)
    work.save(false, next)
  }
  return (
    <Page
      title={suite?.id ?? t('newSuite')}
      crumbs={[{ title: t('title'), to: paths.tests() }, ...(suite ? [{ title: suite.namespace }] : [])]}
      isFull
      badge={<Marks suite={suite} isDirty={isDirty} />}
      actions={<Buttons {...{ suite, work, isDirty, flip }} hasErrors={checks.errors > 0} />}
    >
      {hint !== undefined && suite === undefined && <Note>{hint}</Note>}
      {work.saveError && <ErrorCard title={t('notSaved')} error={work.saveError} />}
      <BesideText>
        <DocumentEditor
          key={begin}
          initial={begin}
          label={t('source')}
          checks={checks}
          onChange={setText}
          onSave={() => work.save(false)}
          onSaveAndRun={() => work.save(true)}
        />
        <div className={classes['results']}>
          {suite && <SuiteResults suite={suite} isRunning={work.isRunning} onRun={work.run} />}
          {!suite && <p className={classes['muted']}>{t('noResultText')}</p>}
        </div>
      </BesideText>
    </Page>
  )
}

interface SuiteWork {
  readonly isRunning: boolean
  readonly isSaving: boolean
  readonly saveError: Error | null
  save(isToRun: boolean, text?: string): void
  run(testCase?: string): void
}

function useSuiteWork(suite: Suite | undefined, text: string): SuiteWork {
  const go = useGo()
  const saving = useSaveSuite(suite)
  const running = useRunSuite()
  const run = (ref: { readonly namespace: string; readonly id: string }, testCase?: string): void =>
    running.mutate({ namespace: ref.namespace, id: ref.id, ...(testCase !== undefined && { testCases: [testCase] }) })
  return {
    isRunning: running.isPending,
    isSaving: saving.isPending,
    saveError: saving.error,
    save: (isToRun, given = text) => {
      if (saving.isPending) return
      saving.mutate(given, {
        onSuccess: saved => {
          showToast({ kind: 'success', text: t('saved') })
          if (!suite) go(paths.test(saved.namespace, saved.id), { replace: true })
          if (isToRun) run(saved)
        },
      })
    },
    run: testCase => {
      if (suite && !running.isPending) run(suite, testCase)
    },
  }
}

function Marks({ suite, isDirty }: { readonly suite: Suite | undefined; readonly isDirty: boolean }): ReactNode {
  return (
    <span className={classes['marks']}>
      {suite && (
        <Link to={paths.flow({ namespace: suite.namespace, id: suite.flowId }, 'tests')}>
          {suite.namespace} / {suite.flowId}
        </Link>
      )}
      {suite?.required === true && <Mark hint={t('requiredHint')}>{t('required')}</Mark>}
      {suite?.disabled === true && <Mark>{t('off')}</Mark>}
      {isDirty && <span className={classes['muted']}>● {t('unsaved')}</span>}
    </span>
  )
}

interface ButtonsProps {
  readonly suite: Suite | undefined
  readonly work: SuiteWork
  readonly isDirty: boolean
  readonly hasErrors: boolean
  readonly flip: (key: string, isOn: boolean) => void
}

function Buttons({ suite, work, isDirty, hasErrors, flip }: ButtonsProps): ReactNode {
  const rights = { need: suite === undefined ? 'TEST:CREATE' : 'TEST:UPDATE', namespace: suite?.namespace } as const
  const why = useMay()(rights.need, rights.namespace)
  const runOrSave = (): void => (isDirty ? work.save(true) : work.run())
  const section = t('section')
  useActions([
    { id: 'suite.save', title: t('save'), section, keys: 'mod+s', why, run: () => work.save(false) },
    { id: 'suite.run', title: t('run'), section, keys: 'mod+enter', why, run: runOrSave },
  ])
  return (
    <>
      {suite && <SuiteMenu suite={suite} flip={flip} />}
      <MayButton {...rights} hint={t('save')} keys="mod+s" loading={work.isSaving} onClick={() => work.save(false)}>
        {t('save')}
      </MayButton>
      <MayButton
        {...rights}
        variant="filled"
        leftSection={<Icon name="run" size={14} />}
        loading={work.isRunning}
        why={hasErrors ? t('whyErrors') : undefined}
        onClick={runOrSave}
      >
        {t(isDirty ? 'saveAndRun' : 'run')}
        <Kbd keys="mod+enter" isOnButton />
      </MayButton>
    </>
  )
}

function SuiteMenu({ suite, flip }: { readonly suite: Suite; readonly flip: ButtonsProps['flip'] }): ReactNode {
  const remove = useDeleteSuite()
  const { namespace, flowId: id, required = false, disabled } = suite
  const mayNot = useMay()
  const why = mayNot('TEST:UPDATE', namespace)
  return (
    <Menu
      label={t('more')}
      align="end"
      button={<Icon name="more" />}
      groups={[
        {
          items: [
            { id: 'flow', title: t('openFlow'), icon: 'flow', to: paths.flow({ namespace, id }) },
            {
              id: 'guard',
              title: t(required ? 'noGuard' : 'guard'),
              icon: 'lock',
              why,
              run: () => flip('required', !required),
            },
            {
              id: 'switch',
              title: t(disabled ? 'enable' : 'disable'),
              icon: disabled ? 'run' : 'pause',
              why,
              run: () => flip('disabled', !disabled),
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
              why: mayNot('TEST:DELETE', namespace),
              run: () => remove(suite),
            },
          ],
        },
      ]}
    />
  )
}
