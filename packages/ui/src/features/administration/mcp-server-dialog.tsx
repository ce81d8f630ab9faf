// The form of a server for language models.
import { Button, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Choices } from '../../widgets/choices.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './instance-page.module.css'
import type { McpServer } from './mcp-servers-tab.tsx'
import { t } from './mcp-messages.ts'
import { useNotice } from './use-notices.ts'

const WAYS = ['BASIC', 'API_TOKEN'] as const
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

interface Form {
  readonly id: string
  readonly description: string
  readonly instructions: string
  readonly authType: (typeof WAYS)[number]
}

export interface McpServerDialogProps {
  /** Undefined for a new one. */
  readonly found: McpServer | undefined
  readonly onClose: () => void
}

export function McpServerDialog({ found, onClose }: McpServerDialogProps): ReactNode {
  const [form, setForm] = useState<Form>(() => formOf(found))
  const { id, ...body } = form
  const [isTried, setTried] = useState(false)
  const save = useNotice(
    async (name: string) => {
      if (found) return await api.mcp.update({ params: { id: name }, body })
      return await api.mcp.create({ body: { ...body, id: name } })
    },
    name => t('saved', { id: name }),
  )
  const problem = ID.test(id) ? undefined : t('needId')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) save.mutate(id, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={found ? t('serverOf', { id: found.id }) : t('newServer')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="mcp-server" variant="filled" loading={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id="mcp-server" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        <Fields {...{ found, form }} problem={isTried ? problem : undefined} onChange={setForm} />
      </form>
    </Dialog>
  )
}

interface FieldsProps {
  readonly found: McpServer | undefined
  readonly form: Form
  readonly problem: string | undefined
  readonly onChange: (form: Form) => void
}

function Fields({ found, form, problem, onChange }: FieldsProps): ReactNode {
  const change = (patch: Partial<Form>): void => onChange({ ...form, ...patch })
  return (
    <>
      {!found && (
        <TextInput
          label={t('id')}
          description={t('idHint')}
          required
          data-autofocus="true"
          spellCheck={false}
          value={form.id}
          error={problem}
          onChange={event => change({ id: event.currentTarget.value.trim() })}
        />
      )}
      <TextInput
        label={t('description')}
        data-autofocus={found ? 'true' : undefined}
        maxLength={2_000}
        value={form.description}
        onChange={event => change({ description: event.currentTarget.value })}
      />
      <Textarea
        label={t('instructions')}
        description={t('instructionsHint')}
        maxLength={20_000}
        minRows={4}
        autosize
        value={form.instructions}
        onChange={event => change({ instructions: event.currentTarget.value })}
      />
      <div>
        <p className={classes['label']}>{t('auth')}</p>
        <Choices
          label={t('auth')}
          choices={WAYS.map(value => ({ value, title: t(value) }))}
          active={form.authType}
          onChoose={authType => change({ authType })}
        />
      </div>
    </>
  )
}

function formOf(found: McpServer | undefined): Form {
  return {
    id: found?.id ?? '',
    description: found?.description ?? '',
    instructions: found?.instructions ?? '',
    authType: found?.authType === 'API_TOKEN' ? 'API_TOKEN' : 'BASIC',
  }
}
