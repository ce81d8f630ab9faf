// What a save would change, before it is one: the text, the dates of schedules, and whom it concerns.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { api } from '../../../lib/api.ts'
import { Link } from '../../../lib/link.tsx'
import { paths } from '../../../lib/paths.ts'
import { ActButton } from '../../../widgets/act-button.tsx'
import { DiffView } from '../../../widgets/diff-view.tsx'
import { Dialog } from '../../../widgets/dialog.tsx'
import { Note } from '../../../widgets/note.tsx'
import { SkeletonRows } from '../../../widgets/skeleton.tsx'
import { useDependencies, type Neighbours } from '../../flow/use-flow.ts'
import { compareFires, type Fire } from '../../simulator/fires.ts'
import { cronWords } from '../../triggers/cron-words.ts'
import type { SavedFlow } from '../use-save.ts'
import { t } from './messages.ts'
import classes from './review.module.css'
import { whatChanges, type Changes, type ScheduleChange, type TriggerText } from './what-changes.ts'

export interface SaveReviewProps {
  readonly saved: SavedFlow
  readonly text: string
  readonly onSave: (isToRun: boolean, message: string) => void
  readonly onClose: () => void
}

/** As the server takes it. */
const MESSAGE_MAX = 500

export function SaveReview({ saved, text, onSave, onClose }: SaveReviewProps): ReactNode {
  const changes = useMemo(() => whatChanges(saved.source, text), [saved.source, text])
  const isSame = saved.source === text
  const [message, setMessage] = useState('')
  return (
    <Dialog
      title={t('title', { flow: saved.id })}
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button onClick={() => onSave(true, message)}>{t('saveAndRun')}</Button>
          <ActButton
            variant="filled"
            why={isSame ? t('nothing') : undefined}
            data-autofocus="true"
            onClick={() => onSave(false, message)}
          >
            {t('save')}
          </ActButton>
        </>
      }
    >
      <div className={classes['review']}>
        <TextInput
          label={t('message')}
          description={t('messageHint')}
          maxLength={MESSAGE_MAX}
          value={message}
          onChange={event => setMessage(event.currentTarget.value)}
        />
        <section className={classes['part']}>
          <h3>{t('schedules')}</h3>
          {changes.schedules.length === 0 && <p className={classes['muted']}>{t('noSchedules')}</p>}
          {changes.schedules.map(change => (
            <Schedule key={change.id} change={change} flow={saved} />
          ))}
        </section>
        <Dependants flow={saved} changes={changes} />
        <section className={classes['part']}>
          <h3>{t('text', { revision: saved.revision })}</h3>
          {isSame ? (
            <p className={classes['muted']}>{t('nothing')}</p>
          ) : (
            <DiffView
              before={saved.source}
              after={text}
              titles={[t('revision', { revision: saved.revision }), t('mine')]}
              isSideBySide={false}
            />
          )}
        </section>
      </div>
    </Dialog>
  )
}

const DATES = 200
const SHOWN = 3
const NEVER: readonly Fire[] = []

interface ScheduleProps {
  readonly change: ScheduleChange
  readonly flow: SavedFlow
}

function Schedule({ change: { id, before, after }, flow }: ScheduleProps): ReactNode {
  const [old, next] = [useFires(before, flow), useFires(after, flow)]
  const isThere = (before === undefined || old.data) && (after === undefined || next.data)
  const compared = compareFires(old.data ?? NEVER, next.data ?? NEVER)
  return (
    <div className={classes['schedule']} role="group" aria-label={id}>
      <strong>{id}</strong>
      {(old.error ?? next.error) && <Note>{t('failed')}</Note>}
      {!isThere && !old.error && !next.error && <SkeletonRows rows={2} />}
      {isThere && (
        <>
          <dl className={classes['sides']}>
            <Side name={t('before')} trigger={before} fires={old.data} absent={t('comes')} />
            <Side name={t('after')} trigger={after} fires={next.data} absent={t('goes')} />
          </dl>
          <p className={classes['muted']}>{t('compared', { count: DATES, ...compared })}</p>
        </>
      )}
    </div>
  )
}

interface SideProps {
  readonly name: string
  readonly trigger: TriggerText | undefined
  readonly fires: readonly Fire[] | undefined
  readonly absent: string
}

function Side({ name, trigger, fires = NEVER, absent }: SideProps): ReactNode {
  const cron = trigger?.['cron']
  const words = typeof cron === 'string' ? (cronWords(cron) ?? cron) : undefined
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {trigger === undefined ? absent : words}
        {trigger !== undefined && (
          <span className={classes['muted']}>
            {fires.length === 0
              ? t('none')
              : fires
                  .slice(0, SHOWN)
                  .map(({ local }) => local.slice(0, 16).replace('T', ' '))
                  .join(' · ')}
          </span>
        )}
      </dd>
    </div>
  )
}

function useFires(
  trigger: TriggerText | undefined,
  { namespace, id }: SavedFlow,
): { readonly data: readonly Fire[] | undefined; readonly error: Error | null } {
  const { data, error } = useQuery({
    queryKey: ['triggers', 'simulate', namespace, id, trigger],
    queryFn: ({ signal }) =>
      api.planning.simulate({ body: { trigger: { ...trigger }, namespace, flowId: id, count: DATES }, signal }),
    enabled: trigger !== undefined,
    retry: false,
  })
  return { data: data?.fires, error }
}

interface DependantsProps {
  readonly flow: SavedFlow
  readonly changes: Changes
}

function Dependants({ flow, changes }: DependantsProps): ReactNode {
  const { data } = useDependencies(flow, false)
  const { inputsGone, inputsNeeded, outputsGone } = changes
  const own = data?.nodes.find(({ namespace, id }) => namespace === flow.namespace && id === flow.id)
  const callers = flowsOf(data, ({ source, target }) => (target === own?.uid ? source : undefined))
  const listeners = flowsOf(data, ({ source, target }) => (source === own?.uid ? target : undefined))
  return (
    <section className={classes['part']}>
      <h3>{t('dependants')}</h3>
      {(['inputsGone', 'inputsNeeded', 'outputsGone'] as const).map(name => {
        const names = { inputsGone, inputsNeeded, outputsGone }[name]
        return names.length > 0 && <Note key={name}>{t(name, { count: names.length, names: names.join(', ') })}</Note>
      })}
      {!data && <SkeletonRows rows={1} />}
      {data && callers.length + listeners.length === 0 && <p className={classes['muted']}>{t('alone')}</p>}
      <FlowLinks title={t('callers')} flows={callers} />
      <FlowLinks title={t('listeners')} flows={listeners} />
    </section>
  )
}

type Neighbour = Neighbours['nodes'][number]

function flowsOf(
  data: Neighbours | undefined,
  other: (edge: Neighbours['edges'][number]) => string | undefined,
): readonly Neighbour[] {
  const wanted = new Set(data?.edges.map(other))
  return data?.nodes.filter(({ uid }) => wanted.has(uid)) ?? []
}

function FlowLinks({ title, flows }: { readonly title: string; readonly flows: readonly Neighbour[] }): ReactNode {
  if (flows.length === 0) return null
  return (
    <p className={classes['flows']}>
      <span className={classes['muted']}>{title}:</span>
      {flows.map(({ uid, namespace, id }) => (
        <Link key={uid} to={paths.flow({ namespace, id })}>
          {namespace} / {id}
        </Link>
      ))}
    </p>
  )
}
