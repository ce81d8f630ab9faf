// When will it run? The same rules as the scheduler's, over the next five hundred dates; nothing is saved.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { saveFile } from '../../platform/save-file.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { HeatCalendar } from '../../widgets/heat-calendar.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { cronWords } from '../triggers/cron-words.ts'
import { compareFires, daysOf, icalOf } from './fires.ts'
import { t } from './messages.ts'
import classes from './simulator.module.css'

export interface SavedTrigger {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  /** Of a Schedule. */
  readonly cron?: string
  readonly timezone?: string
}

type Simulation = Awaited<ReturnType<typeof api.planning.simulate>>

const COUNT = 500
const SHOWN = 12
const DAYS_MAX = 126

/** For a trigger that is saved, or for a cron expression that somebody thinks about. */
export function Simulator({ trigger }: { readonly trigger?: SavedTrigger }): ReactNode {
  const [cron, setCron] = useState(trigger?.cron ?? (trigger ? '' : '0 6 * * *'))
  const [zone, setZone] = useState(trigger?.timezone ?? '')
  const isEdited = cron !== (trigger?.cron ?? '') || zone !== (trigger?.timezone ?? '')
  const saved = useSimulation(trigger, trigger !== undefined)
  const own = useSimulation(
    { cron, ...(zone === '' ? {} : { timezone: zone }) },
    cron !== '' && (isEdited || trigger === undefined) && cronWords(cron) !== undefined,
  )
  const { data, error, isPending, refetch } = trigger !== undefined && !isEdited ? saved : own
  const words = cron === '' ? undefined : cronWords(cron)
  return (
    <div className={classes['simulator']}>
      {(trigger === undefined || trigger.cron !== undefined) && (
        <div className={classes['fields']}>
          <TextInput
            size="xs"
            label={t('cron')}
            description={words ?? t('cronHint')}
            error={words === undefined ? t('noWords') : undefined}
            value={cron}
            spellCheck={false}
            onChange={event => setCron(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            label={t('zone')}
            description={data?.zone}
            placeholder="Europe/Madrid"
            value={zone}
            spellCheck={false}
            onChange={event => setZone(event.currentTarget.value)}
          />
        </div>
      )}
      {trigger !== undefined && isEdited && own.data && saved.data && (
        <p className={classes['note']}>
          {t('changed', compareFires(saved.data.fires, own.data.fires))}{' '}
          <Button
            size="compact-sm"
            onClick={() => {
              setCron(trigger.cron ?? '')
              setZone(trigger.timezone ?? '')
            }}
          >
            {t('reset')}
          </Button>
        </p>
      )}
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && words !== undefined && <SkeletonRows rows={4} />}
      {data && <Result simulation={data} name={trigger?.triggerId ?? cron} />}
    </div>
  )
}

function Result({ simulation, name }: { readonly simulation: Simulation; readonly name: string }): ReactNode {
  const { fires, changes, warnings } = simulation
  const days = useMemo(() => daysOf(fires, DAYS_MAX), [fires])
  const most = Math.max(1, ...days.map(({ count }) => count))
  const repeated = new Set(fires.filter(fire => fire.isRepeated === true).map(({ local }) => local.slice(0, 10)))
  // What the clocks do while nothing is due is no news.
  const told = changes.filter(({ at, skipped }) => skipped.length > 0 || repeated.has(at.slice(0, 10)))
  const changed = new Set(told.map(({ at }) => at.slice(0, 10)))
  const save = (): void => saveFile('schedule.ics', icalOf(name, fires), 'text/calendar')
  return (
    <>
      {warnings.map(({ code, message }) => (
        <p key={code} className={classes['warning']}>
          {message}
        </p>
      ))}
      {told.map(({ at, type, minutes, skipped }) => (
        <p key={at} className={classes['warning']}>
          {t(type, { date: at.slice(0, 10), minutes })}{' '}
          {skipped.length > 0 && t('skipped', { times: skipped.map(time => time.slice(11, 16)).join(', ') })}
        </p>
      ))}
      {days.length > 1 && (
        <>
          <h3 className={classes['head']}>{t('days')}</h3>
          <HeatCalendar
            label={t('days')}
            days={days.map(({ date, count }) => ({
              date,
              heat: count / most,
              title: t('dayTitle', { date, count }),
              isMarked: changed.has(date),
            }))}
          />
        </>
      )}
      <h3 className={classes['head']}>{t('next')}</h3>
      {fires.length === 0 && <p className={classes['note']}>{t('none')}</p>}
      <ol className={classes['fires']}>
        {fires.slice(0, SHOWN).map(({ at, local, isRepeated, isShifted, overlaps }) => (
          <li key={at}>
            <time dateTime={at}>{local.slice(0, 16).replace('T', ' ')}</time>
            <span className={classes['note']}>
              {local.slice(19)}
              {isRepeated === true && ` · ${t('repeated')}`}
              {isShifted === true && ` · ${t('shifted')}`}
              {overlaps === true && ` · ${t('overlaps')}`}
            </span>
          </li>
        ))}
      </ol>
      {fires.length > 0 && (
        <div>
          <Button size="compact-sm" onClick={save}>
            {t('ical')}
          </Button>
        </div>
      )}
    </>
  )
}

function useSimulation(wish: Partial<SavedTrigger> | undefined, isOn: boolean): UseQueryResult<Simulation> {
  const { namespace, flowId, triggerId, cron, timezone } = wish ?? {}
  const body =
    triggerId === undefined
      ? { cron: cron ?? '', ...(timezone === undefined ? {} : { timezone }), count: COUNT }
      : { namespace: namespace ?? '', flowId: flowId ?? '', triggerId, count: COUNT }
  return useQuery({
    queryKey: ['triggers', 'simulate', body],
    queryFn: ({ signal }) => api.planning.simulate({ body, signal }),
    enabled: isOn,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
}
