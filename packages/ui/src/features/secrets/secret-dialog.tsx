// A secret is written and replaced here. There is no way to read it: the form begins empty, and what is typed goes to the server only.
import { Button, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { Note } from '../../widgets/note.tsx'
import { isSecretName, parseTags, tagText, type SecretRow } from './list-secrets.ts'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import { variableOf } from './secret-columns.tsx'
import { useSaveSecret } from './use-secrets.ts'

export interface SecretDialogProps {
  /** Absent for a new one; one that flows miss is new, too, with its name given. */
  readonly row?: SecretRow | undefined
  readonly here?: string | undefined
  readonly onClose: () => void
}

interface Draft {
  readonly namespace: string
  readonly key: string
  readonly value: string
  readonly description: string
  readonly tags: string
}

type Problems = { readonly [Field in keyof Draft]?: string | undefined }

export function SecretDialog(props: SecretDialogProps): ReactNode {
  const { row, onClose } = props
  if (row?.source !== 'environment') return <SecretForm {...props} />
  return (
    <Dialog title={row.key} kind="drawer" onClose={onClose}>
      <Note>{t('readOnly', { variable: variableOf(row) })}</Note>
    </Dialog>
  )
}

function SecretForm({ row, here, onClose }: SecretDialogProps): ReactNode {
  const isNew = row?.source !== 'kept'
  const [draft, setDraft] = useState<Draft>({
    namespace: row?.namespace ?? here ?? '',
    key: row?.key ?? '',
    value: '',
    description: row?.description ?? '',
    tags: (row?.tags ?? []).map(tagText).join(', '),
  })
  const [isTried, setTried] = useState(false)
  const save = useSaveSecret()
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const problems = problemsOf(draft, isNew)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (Object.values(problems).some(problem => problem !== undefined)) return
    save.mutate({ ...draft, tags: parseTags(draft.tags) ?? [] }, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={isNew ? t('newSecret') : t('editTitle', { namespace: draft.namespace, name: draft.key })}
      kind="drawer"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <MayButton
            need={isNew ? 'SECRET:CREATE' : 'SECRET:UPDATE'}
            namespace={draft.namespace || undefined}
            type="submit"
            form="secret"
            variant="filled"
            loading={save.isPending}
          >
            {t('save')}
          </MayButton>
        </>
      }
    >
      <form id="secret" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {save.error && <ErrorCard title={t('notSaved', { name: draft.key })} error={save.error} />}
        <Fields {...{ draft, isNew, change }} isPlaced={here !== undefined} problems={isTried ? problems : {}} />
      </form>
    </Dialog>
  )
}

function problemsOf({ namespace, key, value, tags }: Draft, isNew: boolean): Problems {
  return {
    namespace: namespace.trim() === '' ? t('namespaceProblem') : undefined,
    key: isSecretName(key) ? undefined : t('nameProblem'),
    value: isNew && value === '' ? t('valueProblem') : undefined,
    tags: parseTags(tags) === undefined ? t('tagsProblem') : undefined,
  }
}

interface FieldsProps {
  readonly draft: Draft
  readonly isNew: boolean
  /** The namespace is given. */
  readonly isPlaced: boolean
  readonly problems: Problems
  readonly change: (patch: Partial<Draft>) => void
}

function Fields({ draft, isNew, isPlaced, problems, change }: FieldsProps): ReactNode {
  return (
    <>
      {isNew && (
        <div className={isPlaced ? undefined : layout['pair']}>
          {!isPlaced && (
            <NamespaceField
              hasFocus
              value={draft.namespace}
              error={problems.namespace}
              onChange={namespace => change({ namespace })}
            />
          )}
          <TextInput
            label={t('name')}
            size="sm"
            required
            data-autofocus={isPlaced ? 'true' : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder="WAREHOUSE_PASSWORD"
            value={draft.key}
            error={problems.key}
            onChange={event => change({ key: event.currentTarget.value })}
          />
        </div>
      )}
      <Textarea
        label={isNew ? t('value') : t('newValue')}
        description={isNew ? t('valueHint') : t('newValueHint')}
        size="sm"
        rows={3}
        required={isNew}
        data-autofocus={isNew ? undefined : 'true'}
        autoComplete="off"
        spellCheck={false}
        value={draft.value}
        error={problems.value}
        onChange={event => change({ value: event.currentTarget.value })}
      />
      <TextInput
        label={t('description')}
        description={t('descriptionHint')}
        size="sm"
        value={draft.description}
        onChange={event => change({ description: event.currentTarget.value })}
      />
      <TextInput
        label={t('tags')}
        description={t('tagsHint')}
        size="sm"
        placeholder="team:data"
        value={draft.tags}
        error={problems.tags}
        onChange={event => change({ tags: event.currentTarget.value })}
      />
    </>
  )
}
