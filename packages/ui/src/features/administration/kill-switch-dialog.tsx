// The form of a kill switch. One that stops what runs says so once more before it is set: what it ends does not come back.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Choices } from '../../widgets/choices.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { localMoment } from '../input-form/input-fields.ts'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './instance-page.module.css'
import { t } from './notice-messages.ts'
import { momentOf, useNotice, type KillSwitch, type SwitchDraft } from './use-notices.ts'

const KINDS = ['KILL', 'CANCEL', 'IGNORE', 'PASS'] as const
const ENDING: readonly string[] = ['KILL', 'CANCEL']

interface Form {
  readonly name: string
  readonly description: string
  readonly namespace: string
  readonly flowId: string
  readonly kind: (typeof KINDS)[number]
  readonly from: string
  readonly until: string
}

export interface KillSwitchDialogProps {
  /** Undefined for a new one. */
  readonly found: KillSwitch | undefined
  readonly onClose: () => void
}

export function KillSwitchDialog({ found, onClose }: KillSwitchDialogProps): ReactNode {
  const [form, setForm] = useState<Form>(() => formOf(found))
  const [isTried, setTried] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const change = (patch: Partial<Form>): void => setForm(before => ({ ...before, ...patch }))
  const save = useNotice(
    async (body: SwitchDraft) =>
      await (found ? api.killSwitches.update({ params: { id: found.id }, body }) : api.killSwitches.create({ body })),
    ({ name }) => t('thrown', { name }),
  )
  const problems = problemsOf(form)
  const send = (): void => {
    setAsked(false)
    save.mutate(bodyOf(form, found), { onSuccess: onClose })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(problems).length > 0) return
    if (ENDING.includes(form.kind) && found?.enabled !== false) setAsked(true)
    else send()
  }
  return (
    <Dialog
      title={found ? t('switchTitle', { name: found.name }) : t('newSwitch')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="switch" variant="filled" loading={save.isPending}>
            {t(found ? 'save' : 'make')}
          </Button>
        </>
      }
    >
      <form id="switch" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        <Fields form={form} problems={isTried ? problems : {}} onChange={change} />
      </form>
      {isAsked && (
        <TypedConfirm title={t('killTitle')} action={t(form.kind)} onClose={() => setAsked(false)} onConfirm={send}>
          {form.namespace.trim() === '' ? t('killEverything') : t('killThere', { where: placeOf(form) })}
        </TypedConfirm>
      )}
    </Dialog>
  )
}

type Problems = Readonly<Partial<Record<keyof Form, string>>>

interface FieldsProps {
  readonly form: Form
  readonly problems: Problems
  readonly onChange: (patch: Partial<Form>) => void
}

function Fields({ form, problems, onChange }: FieldsProps): ReactNode {
  const field = (name: 'name' | 'description' | 'flowId' | 'from' | 'until') => ({
    value: form[name],
    error: problems[name],
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ [name]: event.currentTarget.value }),
  })
  return (
    <>
      <TextInput label={t('name')} required data-autofocus="true" {...field('name')} />
      <div>
        <p className={classes['label']}>{t('what')}</p>
        <Choices
          label={t('what')}
          choices={KINDS.map(value => ({ value, title: t(value) }))}
          active={form.kind}
          onChoose={kind => onChange({ kind })}
        />
        <p className={layout['hint']}>{t(`${form.kind}Hint`)}</p>
      </div>
      <NamespaceField
        label={t('namespaceOrAll')}
        isRequired={false}
        value={form.namespace}
        error={problems.namespace}
        onChange={namespace => onChange({ namespace })}
      />
      <TextInput label={t('flowOrAll')} spellCheck={false} {...field('flowId')} />
      <div className={classes['pair']}>
        <TextInput label={t('from')} type="datetime-local" {...field('from')} />
        <TextInput label={t('until')} type="datetime-local" {...field('until')} />
      </div>
      <TextInput label={t('description')} description={t('descriptionHint')} {...field('description')} />
    </>
  )
}

function formOf(found: KillSwitch | undefined): Form {
  return {
    name: found?.name ?? '',
    description: found?.description ?? '',
    namespace: found?.namespace ?? '',
    flowId: found?.flowId ?? '',
    kind: found?.evaluationType ?? 'IGNORE',
    from: found === undefined ? '' : localMoment(found.startDate).slice(0, 16),
    until: found?.endDate === undefined ? '' : localMoment(found.endDate).slice(0, 16),
  }
}

function problemsOf({ name, namespace, flowId, from, until }: Form): Problems {
  const isTurned = from !== '' && until !== '' && until <= from
  return {
    ...(name.trim() === '' ? { name: t('needName') } : {}),
    ...(flowId.trim() !== '' && namespace.trim() === '' ? { namespace: t('needNamespace') } : {}),
    ...(isTurned ? { until: t('needOrder') } : {}),
  }
}

function bodyOf(form: Form, found: KillSwitch | undefined): SwitchDraft {
  const { name, description, namespace, flowId, kind, from, until } = form
  const [startDate, endDate] = [momentOf(from), momentOf(until)]
  const text = (key: string, value: string): Readonly<Record<string, string>> =>
    value.trim() === '' ? {} : { [key]: value.trim() }
  return {
    name: name.trim(),
    evaluationType: kind,
    enabled: found?.enabled ?? true,
    executionIds: found?.executionIds ?? [],
    ...text('description', description),
    ...text('namespace', namespace),
    ...text('flowId', flowId),
    ...(startDate === undefined ? {} : { startDate }),
    ...(endDate === undefined ? {} : { endDate }),
  }
}

function placeOf({ namespace, flowId }: Form): string {
  return flowId.trim() === '' ? namespace.trim() : `${namespace.trim()}.${flowId.trim()}`
}
