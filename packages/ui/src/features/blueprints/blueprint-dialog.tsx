// The form of a blueprint of one's own: what it is called, what it is for, and the flow that others begin with.
import { Button, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { useFlow, type FlowDocument } from '../flow/use-flow.ts'
import layout from '../../widgets/layout.module.css'
import classes from './blueprints.module.css'
import { t } from './messages.ts'
import { useSaveBlueprint, type Blueprint, type BlueprintDraft } from './use-blueprints.ts'

const ROWS = 14
const EMPTY: BlueprintDraft = { title: '', description: '', tags: [], source: '' }

export interface BlueprintDialogProps {
  /** The one that is changed. */
  readonly blueprint?: Blueprint
  /** `NAMESPACE/ID` of the flow that a new one begins with. */
  readonly flow?: string | undefined
  readonly onClose: () => void
}

export function BlueprintDialog({ blueprint, flow, onClose }: BlueprintDialogProps): ReactNode {
  if (flow !== undefined) return <OfFlow flow={flow} onClose={onClose} />
  return <Form initial={blueprint ?? EMPTY} blueprint={blueprint} onClose={onClose} />
}

function OfFlow({ flow, onClose }: { readonly flow: string; readonly onClose: () => void }): ReactNode {
  const [namespace = '', id = ''] = flow.split('/')
  const { data, error } = useFlow({ namespace, id })
  if (data) return <Form initial={draftOf(data)} blueprint={undefined} onClose={onClose} />
  return (
    <Dialog title={t('new')} kind="drawer" onClose={onClose}>
      {error ? <ErrorCard error={error} /> : <SkeletonRows rows={6} />}
    </Dialog>
  )
}

function draftOf({ id, description = '', source = '' }: FlowDocument): BlueprintDraft {
  const words = id.replaceAll(/[-_]/g, ' ')
  return { title: words.charAt(0).toUpperCase() + words.slice(1), description, tags: [], source }
}

const addressOf = (id: string): string => paths.blueprints('flow', 'custom', id)

interface FormProps {
  readonly initial: BlueprintDraft
  readonly blueprint: Blueprint | undefined
  readonly onClose: () => void
}

function Form({ initial, blueprint, onClose }: FormProps): ReactNode {
  const [title, setTitle] = useState(initial.title)
  const [description, setDescription] = useState(initial.description)
  const [tags, setTags] = useState(initial.tags.join(', '))
  const [source, setSource] = useState(initial.source)
  const [isTried, setTried] = useState(false)
  const save = useSaveBlueprint(blueprint?.id)
  const why = useMay()(blueprint ? 'BLUEPRINT:UPDATE' : 'BLUEPRINT:CREATE')
  const go = useGo()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (why !== undefined || [title, source].some(text => text.trim() === '')) return
    save.mutate(
      { title: title.trim(), description, tags: tags.split(','), source },
      { onSuccess: ({ id }) => (blueprint ? onClose() : go(addressOf(id), { replace: true })) },
    )
  }
  return (
    <Dialog
      title={blueprint ? t('editTitle', { title: blueprint.title }) : t('new')}
      kind="drawer"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton why={why} type="submit" form="blueprint" variant="filled" loading={save.isPending}>
            {t('save')}
          </ActButton>
        </>
      }
    >
      <form id="blueprint" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {save.error && <ErrorCard title={t('notSaved')} error={save.error} />}
        <TextInput
          label={t('name')}
          required
          data-autofocus="true"
          value={title}
          error={isTried && title.trim() === '' ? t('needName') : undefined}
          onChange={event => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label={t('about')}
          description={t('aboutHint')}
          rows={3}
          value={description}
          onChange={event => setDescription(event.currentTarget.value)}
        />
        <TextInput
          label={t('tagsField')}
          description={t('tagsHint')}
          value={tags}
          onChange={event => setTags(event.currentTarget.value)}
        />
        <Textarea
          className={classes['source']}
          label={t('source')}
          required
          rows={ROWS}
          spellCheck={false}
          value={source}
          error={isTried && source.trim() === '' ? t('needSource') : undefined}
          onChange={event => setSource(event.currentTarget.value)}
        />
      </form>
    </Dialog>
  )
}
