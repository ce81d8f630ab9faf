import { Button } from '@mantine/core'
import { routes } from '@batuta/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api, apiUrl } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { attempt } from '../flows/use-flow-actions.ts'
import { simpleType } from '../topology/flow-blocks.ts'
import classes from './flow-page.module.css'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'
import { useFlowTriggers, type TriggerRow } from './use-flow.ts'

/** What starts the flow by itself. */
export function FlowTriggers({ flow }: FlowTabProps): ReactNode {
  const { data, error, isPending, refetch } = useFlowTriggers(flow, true)
  const go = useGo()
  if (isPending) return <SkeletonRows rows={4} />
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (data.length === 0)
    return (
      <Empty
        icon="trigger"
        title={t('noTriggers')}
        text={t('noTriggersText')}
        action={<Button onClick={() => go(paths.flow(flow, 'edit'))}>{t('addTrigger')}</Button>}
      />
    )
  return (
    <div className={`${classes['card']} ${classes['scroll']}`}>
      <table className={classes['plain']} aria-label={t('triggers')}>
        <thead>
          <tr>
            <th scope="col">{t('on')}</th>
            <th scope="col">{t('trigger')}</th>
            <th scope="col">{t('kind')}</th>
            <th scope="col">{t('when')}</th>
            <th scope="col">{t('last')}</th>
            <th scope="col">{t('next')}</th>
          </tr>
        </thead>
        <tbody>
          {data.map(row => (
            <TriggerLine key={String(row.abstractTrigger?.['id'])} flow={flow} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TriggerLine({ flow, row }: FlowTabProps & { readonly row: TriggerRow }): ReactNode {
  const client = useQueryClient()
  const { abstractTrigger: trigger = {}, triggerContext: context = {} } = row
  const id = String(trigger['id'])
  // Held here until the server has told: a box that waits for it would jump back after the click.
  const [wanted, setWanted] = useState<boolean>()
  const isOn = wanted ?? !(context['disabled'] === true || trigger['disabled'] === true)
  const toggle = async (next: boolean): Promise<void> => {
    setWanted(next)
    await attempt(async () => {
      await api.triggers.update({
        body: { namespace: flow.namespace, flowId: flow.id, triggerId: id, disabled: !next },
      })
      await client.invalidateQueries({ queryKey: ['triggers'] })
    })
    // A second click may be under way.
    setWanted(last => (last === next ? undefined : last))
  }
  const key = trigger['key']
  const url =
    typeof key === 'string' && !key.includes('{{')
      ? apiUrl(routes.executions.webhookGet, { params: { namespace: flow.namespace, id: flow.id, key } })
      : undefined
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          role="switch"
          checked={isOn}
          aria-label={t(isOn ? 'turnOff' : 'turnOn', { trigger: id })}
          className={classes['switch']}
          onChange={event => void toggle(event.currentTarget.checked)}
        />
      </td>
      <td>{id}</td>
      <td>{simpleType(String(trigger['type']))}</td>
      <td>
        <code>{String(trigger['cron'] ?? trigger['interval'] ?? '')}</code>
        {url !== undefined && <CopyButton text={url} label={t('copyUrl')} />}
      </td>
      <td>
        <Timestamp atMs={momentOf(context['date'])} />
      </td>
      <td>
        <Timestamp atMs={isOn ? momentOf(context['nextExecutionDate']) : undefined} />
      </td>
    </tr>
  )
}

function momentOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
