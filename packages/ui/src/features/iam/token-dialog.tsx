// A new token: what it is called, how long it lasts, what it is for. It is shown when it is made, and never again.
import { Button, NativeSelect, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { ACTIONS, RESOURCES } from '@batuta/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { Check } from './check.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { ShownOnce } from './shown-once.tsx'
import { useCreateToken, type MadeToken, type NewToken, type TokenOwner } from './use-tokens.ts'

export interface TokenDialogProps {
  readonly owner: TokenOwner
  readonly onClose: () => void
}

const AGES = ['P7D', 'P30D', 'P90D', 'P365D'] as const
const AGE_WORDS = { P7D: 'week', P30D: 'month', P90D: 'quarter', P365D: 'year' } as const

/** What tokens are made for most: who wants more finely, makes a service account with a role. */
const PURPOSES: Readonly<Record<Purpose, NonNullable<Scope['permissions']> | undefined>> = {
  all: undefined,
  read: Object.fromEntries(namesOf('namespace').map(name => [name, ['READ']])),
  run: { FLOW: ['READ'], EXECUTION: ['READ', 'CREATE', 'UPDATE'], LOG: ['READ'] },
  deploy: Object.fromEntries(
    ['FLOW', 'FILE', 'TRIGGER', 'TEST', 'KVSTORE', 'APP', 'DASHBOARD'].map(name => [name, [...ACTIONS]]),
  ),
}

type Purpose = 'all' | 'read' | 'run' | 'deploy'
type Scope = NonNullable<NewToken['scopes']>[number]

interface Draft {
  readonly name: string
  readonly age: string
  readonly isExtended: boolean
  readonly purpose: Purpose
  readonly namespace: string
}

export function TokenDialog({ owner, onClose }: TokenDialogProps): ReactNode {
  const [made, setMade] = useState<MadeToken | undefined>(undefined)
  if (made !== undefined) return <Made made={made} onClose={onClose} />
  return <TokenForm owner={owner} onMade={setMade} onClose={onClose} />
}

function Made({ made, onClose }: { readonly made: MadeToken; readonly onClose: () => void }): ReactNode {
  return (
    <ShownOnce
      title={t('tokenTitle', { name: made.name })}
      text={made.fullToken}
      hint={t('tokenHint')}
      onClose={onClose}
    >
      <CodeBlock
        label={t('tokenUse')}
        text={`export BATUTA_TOKEN=…\ncurl -H "Authorization: Bearer $BATUTA_TOKEN" ${location.origin}/api/v1/me`}
      />
    </ShownOnce>
  )
}

interface TokenFormProps extends TokenDialogProps {
  readonly onMade: (made: MadeToken) => void
}

function TokenForm({ owner, onMade, onClose }: TokenFormProps): ReactNode {
  const [draft, setDraft] = useState<Draft>({ name: '', age: 'P90D', isExtended: false, purpose: 'all', namespace: '' })
  const [isTried, setTried] = useState(false)
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const save = useCreateToken(owner)
  const problem = draft.name.trim() === '' ? t('needTokenName') : undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) save.mutate(bodyOf(draft), { onSuccess: onMade })
  }
  return (
    <Dialog
      title={t('newToken')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="token" variant="filled" loading={save.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id="token" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {save.error && <ErrorCard title={t('notMade')} error={save.error} />}
        <TextInput
          label={t('name')}
          description={t('tokenNameHint')}
          required
          data-autofocus="true"
          value={draft.name}
          error={isTried ? problem : undefined}
          onChange={event => change({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('expires')}
          value={draft.age}
          onChange={event => change({ age: event.currentTarget.value })}
          data={AGES.map(value => ({ value, label: t(AGE_WORDS[value]) }))}
        />
        <Check isOn={draft.isExtended} hint={t('extendedHint')} onChange={isExtended => change({ isExtended })}>
          {t('extended')}
        </Check>
        <Purposes {...{ draft, change }} isOwn={owner.kind === 'me'} />
        {draft.purpose !== 'all' && (
          <NamespaceField
            label={t('namespaceOrAll')}
            isRequired={false}
            value={draft.namespace}
            onChange={namespace => change({ namespace })}
          />
        )}
      </form>
    </Dialog>
  )
}

interface PurposesProps {
  readonly draft: Draft
  readonly isOwn: boolean
  readonly change: (patch: Partial<Draft>) => void
}

function Purposes({ draft, isOwn, change }: PurposesProps): ReactNode {
  const words: Readonly<Record<Purpose, string>> = {
    all: t(isOwn ? 'purposeMine' : 'purposeTheirs'),
    read: t('purposeRead'),
    run: t('purposeRun'),
    deploy: t('purposeDeploy'),
  }
  return (
    <fieldset className={classes['checks']}>
      <legend>{t('purpose')}</legend>
      {PURPOSE_NAMES.map(purpose => (
        <label key={purpose} className={classes['check']}>
          <input type="radio" name="purpose" checked={draft.purpose === purpose} onChange={() => change({ purpose })} />
          <span>{words[purpose]}</span>
        </label>
      ))}
    </fieldset>
  )
}

const PURPOSE_NAMES: readonly Purpose[] = ['all', 'read', 'run', 'deploy']

function namesOf(reach: 'namespace'): readonly string[] {
  return Object.entries<{ readonly reach: string }>(RESOURCES).flatMap(([name, facts]) =>
    facts.reach === reach ? [name] : [],
  )
}

function bodyOf({ name, age, isExtended, purpose, namespace }: Draft): NewToken {
  const permissions = PURPOSES[purpose]
  const place = namespace.trim() === '' ? {} : { namespace: namespace.trim() }
  return {
    name: name.trim(),
    maxAge: age,
    extended: isExtended,
    ...(permissions === undefined ? {} : { scopes: [{ ...place, permissions }] }),
  }
}
