// One key: what it is, what it holds, how long it lives. The same form makes a new one.
import { Button, NativeSelect, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { formatMomentLong } from '../../lib/time.ts'
import { isNotFound } from '../../lib/api.ts'
import { nowMs } from '../../platform/clock.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard, messageOf } from '../../widgets/error-card.tsx'
import { Note } from '../../widgets/note.tsx'
import { Skeleton, Waiting } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { kvCall } from './key-columns.tsx'
import {
  EXPIRY_LENGTHS,
  KEY_TYPES,
  KEY_TYPE_WORDS,
  firstText,
  keyTypeOf,
  problemOfName,
  problemOfValue,
  ttlOf,
  type Expiry,
  type KeyType,
} from './key-value.ts'
import layout from '../../widgets/layout.module.css'
import classes from './keys.module.css'
import { t } from './messages.ts'
import { deleteKeys, useKey, useSetKey, type KeyDocument, type KeyRef } from './use-keys.ts'
import { ValueField } from './value-field.tsx'

export interface KeyDialogProps {
  /** Absent for a new one. */
  readonly keyRef?: KeyRef | undefined
  /** Whose tab it is: a key from above is saved here. */
  readonly here?: string | undefined
  readonly onClose: () => void
}

export function KeyDialog({ keyRef, here, onClose }: KeyDialogProps): ReactNode {
  const { data, error, refetch } = useKey(keyRef)
  if (keyRef === undefined || data !== undefined)
    return <KeyForm keyRef={keyRef} document={data} here={here} onClose={onClose} />
  return (
    <Dialog title={t('editTitle', { ...keyRef })} kind="drawer" onClose={onClose}>
      {error ? (
        <ErrorCard
          {...(isNotFound(error) ? { title: t('notFound') } : {})}
          error={error}
          onRetry={() => void refetch()}
        />
      ) : (
        <Waiting>
          <Skeleton height="12rem" />
        </Waiting>
      )}
    </Dialog>
  )
}

interface KeyFormProps extends KeyDialogProps {
  readonly document: KeyDocument | undefined
}

interface Draft {
  readonly namespace: string
  readonly key: string
  readonly type: KeyType
  readonly text: string
  readonly expiry: Expiry
  readonly custom: string
  readonly description: string
}

function draftOf(keyRef: KeyRef | undefined, document: KeyDocument | undefined, here: string | undefined): Draft {
  const type = keyTypeOf(document?.type ?? 'STRING')
  return {
    namespace: here ?? keyRef?.namespace ?? '',
    key: keyRef?.key ?? '',
    type,
    text: document?.text ?? firstText(type),
    expiry: document?.expirationDate === undefined ? 'never' : 'kept',
    custom: '',
    description: document?.description ?? '',
  }
}

function KeyForm({ keyRef, document, here, onClose }: KeyFormProps): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(keyRef, document, here))
  const [isTried, setTried] = useState(false)
  const save = useSetKey()
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const problems = problemsOf(draft)
  const expiresMs = document?.expirationDate === undefined ? undefined : Date.parse(document.expirationDate)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (Object.values(problems).some(problem => problem !== undefined)) return
    const ttl = ttlOf(draft.expiry, { custom: draft.custom, expiresMs, nowMs: nowMs() })
    save.mutate({ ...draft, ttl }, { onSuccess: onClose })
  }
  const shown = isTried ? problems : { value: shownEarly(draft, problems) }
  const owner = keyRef !== undefined && here !== undefined && keyRef.namespace !== here ? keyRef.namespace : undefined
  return (
    <Dialog
      title={keyRef ? t('editTitle', { ...keyRef }) : t('newKey')}
      kind="drawer"
      onClose={onClose}
      footer={<Foot keyRef={keyRef} isOwn={owner === undefined} isBusy={save.isPending} onClose={onClose} />}
    >
      <form id="key" className={layout['form']} onSubmit={submit} noValidate>
        {owner !== undefined && here !== undefined && <Note>{t('inherited', { namespace: here, owner })}</Note>}
        {save.error && <ErrorCard title={t('notSaved', { key: draft.key })} error={messageOf(save.error)} />}
        {keyRef === undefined && <NameFields draft={draft} here={here} problems={shown} onChange={change} />}
        <NativeSelect
          label={t('type')}
          size="sm"
          value={draft.type}
          onChange={event => {
            const type = keyTypeOf(event.currentTarget.value)
            change({ type, ...(draft.text.trim() === '' || type === 'BOOLEAN' ? { text: firstText(type) } : {}) })
          }}
          data={KEY_TYPES.map(type => ({ value: type, label: KEY_TYPE_WORDS[type] }))}
        />
        <ValueField type={draft.type} text={draft.text} problem={shown.value} onChange={text => change({ text })} />
        <ExpiryField draft={draft} expiresMs={expiresMs} problem={shown.custom} onChange={change} />
        <TextInput
          label={t('description')}
          description={t('descriptionHint')}
          size="sm"
          value={draft.description}
          onChange={event => change({ description: event.currentTarget.value })}
        />
        {keyRef !== undefined && <Facts keyRef={keyRef} document={document} />}
      </form>
    </Dialog>
  )
}

interface Problems {
  readonly namespace?: string | undefined
  readonly key?: string | undefined
  readonly value?: string | undefined
  readonly custom?: string | undefined
}

function problemsOf({ namespace, key, type, text, expiry, custom }: Draft): Problems {
  return {
    namespace: namespace.trim() === '' ? 'Say in which namespace.' : undefined,
    key: problemOfName(key),
    value: problemOfValue(type, text),
    custom: expiry === 'custom' ? problemOfValue('DURATION', custom) : undefined,
  }
}

/** What is wrong with what has been typed; nothing is wrong yet with what is empty. */
function shownEarly({ text }: Draft, { value }: Problems): string | undefined {
  return text.trim() === '' ? undefined : value
}

interface PartProps {
  readonly draft: Draft
  readonly onChange: (patch: Partial<Draft>) => void
}

function NameFields({
  draft,
  here,
  problems,
  onChange,
}: PartProps & { readonly here: string | undefined; readonly problems: Problems }): ReactNode {
  return (
    <div className={here === undefined ? layout['pair'] : undefined}>
      {here === undefined && (
        <NamespaceField
          hasFocus
          value={draft.namespace}
          error={problems.namespace}
          onChange={namespace => onChange({ namespace })}
        />
      )}
      <TextInput
        label={t('key')}
        size="sm"
        required
        data-autofocus={here !== undefined ? 'true' : undefined}
        autoComplete="off"
        spellCheck={false}
        value={draft.key}
        error={problems.key}
        onChange={event => onChange({ key: event.currentTarget.value })}
      />
    </div>
  )
}

const LENGTH_WORDS = { PT1H: 'hour', P1D: 'day', P7D: 'week', P30D: 'month' } as const

function ExpiryField({
  draft,
  expiresMs,
  problem,
  onChange,
}: PartProps & { readonly expiresMs: number | undefined; readonly problem: string | undefined }): ReactNode {
  const choices: readonly { readonly value: Expiry; readonly label: string }[] = [
    ...(expiresMs === undefined
      ? []
      : [{ value: 'kept' as const, label: t('isKept', { when: formatMomentLong(expiresMs) }) }]),
    { value: 'never', label: t('isNever') },
    ...EXPIRY_LENGTHS.map(value => ({ value, label: t(LENGTH_WORDS[value]) })),
    { value: 'custom', label: t('isCustom') },
  ]
  return (
    <div className={draft.expiry === 'custom' ? layout['pair'] : undefined}>
      <NativeSelect
        label={t('expires')}
        size="sm"
        value={draft.expiry}
        onChange={event => {
          const { value } = event.currentTarget
          onChange({ expiry: choices.find(choice => choice.value === value)?.value ?? 'never' })
        }}
        data={[...choices]}
      />
      {draft.expiry === 'custom' && (
        <TextInput
          label={t('customTtl')}
          size="sm"
          placeholder="P3D"
          value={draft.custom}
          error={problem}
          description={t('customHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={event => onChange({ custom: event.currentTarget.value })}
        />
      )}
    </div>
  )
}

function Facts({
  keyRef,
  document,
}: {
  readonly keyRef: KeyRef
  readonly document: KeyDocument | undefined
}): ReactNode {
  return (
    <div className={classes['facts']}>
      <span>
        {t('readBy')} <code>{kvCall(keyRef)}</code>
      </span>
      {document?.revision !== undefined && (
        <span>
          {t('revision')} {document.revision}
        </span>
      )}
      {document?.updated !== undefined && (
        <span>
          {t('updated')} <Timestamp atMs={Date.parse(document.updated)} />
        </span>
      )}
    </div>
  )
}

interface FootProps {
  readonly keyRef: KeyRef | undefined
  readonly isOwn: boolean
  readonly isBusy: boolean
  readonly onClose: () => void
}

function Foot({ keyRef, isOwn, isBusy, onClose }: FootProps): ReactNode {
  return (
    <>
      {keyRef !== undefined && isOwn && (
        <MayButton
          need="KVSTORE:DELETE"
          namespace={keyRef.namespace}
          className={classes['spread'] ?? ''}
          color="red"
          variant="subtle"
          onClick={() => {
            onClose()
            void deleteKeys([keyRef])
          }}
        >
          {t('delete')}
        </MayButton>
      )}
      <Button onClick={onClose}>{t('cancel')}</Button>
      <MayButton
        need={keyRef === undefined ? 'KVSTORE:CREATE' : 'KVSTORE:UPDATE'}
        namespace={keyRef?.namespace}
        type="submit"
        form="key"
        variant="filled"
        loading={isBusy}
      >
        {isOwn ? t('save') : t('ownValue')}
      </MayButton>
    </>
  )
}
