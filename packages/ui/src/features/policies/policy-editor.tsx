// The text of a policy beside the flows that break it.
import { useMemo, useState, type ReactNode } from 'react'
import { Page, type Crumb } from '../../app/page.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Mark } from '../../widgets/mark.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { Note } from '../../widgets/note.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { BesideText, DocumentEditor } from '../yaml-document/document-editor.tsx'
import { t } from './messages.ts'
import classes from './policies.module.css'
import { Enforcement } from './policy-list.tsx'
import { PolicyVerdict } from './policy-verdict.tsx'
import { problemsOfPolicy } from './read-policy-text.ts'
import {
  namespaceOf,
  nameOfScope,
  needOf,
  useDeletePolicy,
  useSavePolicy,
  type Policy,
  type PolicyScope,
} from './use-policies.ts'

export interface PolicyEditorProps {
  readonly scope: PolicyScope
  readonly crumbs: readonly Crumb[]
  /** The one that is saved; a new one has none. */
  readonly policy?: Policy
  readonly initial: string
}

export function PolicyEditor({ scope, crumbs, policy, initial }: PolicyEditorProps): ReactNode {
  const [text, setText] = useState(initial)
  const problems = useMemo(() => problemsOfPolicy(text), [text])
  const saving = useSavePolicy(scope, policy?.id)
  const go = useGo()
  const mayNot = useMay()
  const isFixed = policy?.isStatic === true
  const why =
    mayNot(needOf(scope, policy === undefined ? 'CREATE' : 'UPDATE'), namespaceOf(scope)) ??
    (isFixed ? t('fixedHint') : problems.length > 0 ? t('whyErrors') : undefined)
  const save = (): void => {
    if (saving.isPending || why !== undefined) return
    saving.mutate(text, {
      onSuccess: saved => {
        showToast({ kind: 'success', text: t('saved') })
        if (!policy) go(paths.policy(nameOfScope(scope), saved.id), { replace: true })
      },
    })
  }
  useActions([{ id: 'policy.save', title: t('save'), section: t('section'), keys: 'mod+s', why, run: save }])
  const isDirty = policy === undefined || text !== policy.source
  return (
    <Page
      title={policy?.displayName ?? policy?.id ?? t('newPolicy')}
      crumbs={crumbs}
      isFull
      badge={<Marks scope={scope} policy={policy} isDirty={isDirty} />}
      actions={
        <>
          <PolicyMenu scope={scope} policy={policy} />
          <ActButton variant="filled" why={why} hint={t('save')} keys="mod+s" loading={saving.isPending} onClick={save}>
            {t('save')}
          </ActButton>
        </>
      }
    >
      {isFixed && <Note>{t('fixedHint')}</Note>}
      {saving.error && <ErrorCard title={t('notSaved')} error={saving.error} />}
      <BesideText>
        <DocumentEditor
          initial={initial}
          label={t('source')}
          checks={{ problems, errors: problems.length, isJudged: true }}
          onChange={setText}
          onSave={save}
        />
        <PolicyVerdict scope={scope} policy={policy} isDirty={isDirty} />
      </BesideText>
    </Page>
  )
}

interface OfPolicy {
  readonly scope: PolicyScope
  readonly policy: Policy | undefined
}

function Marks({ scope, policy, isDirty }: OfPolicy & { readonly isDirty: boolean }): ReactNode {
  return (
    <span className={classes['marks']}>
      {policy && <Enforcement policy={policy} />}
      {policy?.isStatic === true && <Mark hint={t('fixedHint')}>{t('fixed')}</Mark>}
      <span className={classes['muted']}>{placeOf(scope)}</span>
      {isDirty && <span className={classes['muted']}>● {t('unsaved')}</span>}
    </span>
  )
}

function placeOf(scope: PolicyScope): string {
  if (scope === 'tenant') return t('holdsForTenant')
  return scope === 'instance' ? t('holdsForInstance') : t('holdsForNamespace', scope)
}

function PolicyMenu({ scope, policy }: OfPolicy): ReactNode {
  const remove = useDeletePolicy(scope)
  const mayNot = useMay()
  const docs = { id: 'docs', title: t('docs'), icon: 'help', to: paths.docs('policies') } as const
  const why = policy?.isStatic === true ? t('fixedHint') : mayNot(needOf(scope, 'DELETE'), namespaceOf(scope))
  return (
    <Menu
      label={t('more')}
      align="end"
      button={<Icon name="more" />}
      groups={[
        { items: [docs] },
        ...(policy === undefined
          ? []
          : [
              {
                items: [
                  {
                    id: 'delete',
                    title: t('remove'),
                    icon: 'trash',
                    isDangerous: true,
                    why,
                    run: () => remove(policy),
                  } as const,
                ],
              },
            ]),
      ]}
    />
  )
}
