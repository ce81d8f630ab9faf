// What a start can carry beside its inputs. Each part is folded until it is wanted.
import { NativeSelect, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { usePath } from '../../lib/link.tsx'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { t } from './messages.ts'
import classes from './run-dialog.module.css'
import { runLines, type RunRequest } from './run-lines.ts'
import { startUrl, useFlow } from './use-run.ts'

export interface Extras {
  readonly labels: string
  /** By the clock of the zone. */
  readonly at: string
  readonly zone: 'here' | 'UTC'
  readonly breakpoints: string
  readonly revision: number | undefined
}

export const NO_EXTRAS: Extras = { labels: '', at: '', zone: 'here', breakpoints: '', revision: undefined }
const REVISIONS_SHOWN = 100

export interface RunExtrasProps {
  readonly extras: Extras
  readonly request: RunRequest
  readonly onChange: (extras: Extras) => void
}

export function RunExtras({ extras, request, onChange }: RunExtrasProps): ReactNode {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const set = (patch: Partial<Extras>): void => onChange({ ...extras, ...patch })
  return (
    <div className={classes['extras']}>
      <details>
        <summary>{t('labels')}</summary>
        <TextInput
          name="labels"
          label={t('labels')}
          description={t('labelsHint')}
          value={extras.labels}
          autoComplete="off"
          onChange={event => set({ labels: event.currentTarget.value })}
        />
      </details>
      <details>
        <summary>{t('later')}</summary>
        <div className={classes['row']}>
          <TextInput
            type="datetime-local"
            label={t('laterAt')}
            description={t('laterHint')}
            value={extras.at}
            onChange={event => set({ at: event.currentTarget.value })}
          />
          <NativeSelect
            label={t('zone')}
            value={extras.zone}
            data={[
              { value: 'here', label: t('zoneHere', { zone }) },
              { value: 'UTC', label: 'UTC' },
            ]}
            onChange={event => set({ zone: event.currentTarget.value === 'UTC' ? 'UTC' : 'here' })}
          />
        </div>
      </details>
      <details>
        <summary>{t('debug')}</summary>
        <div className={classes['row']}>
          <TextInput
            label={t('breakpoints')}
            description={t('breakpointsHint')}
            value={extras.breakpoints}
            autoComplete="off"
            onChange={event => set({ breakpoints: event.currentTarget.value })}
          />
          <Revisions extras={extras} request={request} onChange={onChange} />
        </div>
      </details>
      <Lines request={request} />
    </div>
  )
}

function Revisions({ extras, request, onChange }: RunExtrasProps): ReactNode {
  const newest = useFlow(request.flow).data?.revision ?? 1
  const count = Math.min(newest, REVISIONS_SHOWN)
  return (
    <NativeSelect
      label={t('revision')}
      value={extras.revision ?? newest}
      data={Array.from({ length: count }, (_, index) => newest - index).map(revision => ({
        value: String(revision),
        label: revision === newest ? t('revisionNow', { revision: String(revision) }) : String(revision),
      }))}
      onChange={event => {
        const revision = Number(event.currentTarget.value)
        onChange({ ...extras, revision: revision === newest ? undefined : revision })
      }}
    />
  )
}

function Lines({ request }: { readonly request: RunRequest }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const path = usePath()
  const lines = isOpen ? runLines(request, startUrl(request), `${location.origin}/ui${path}`) : []
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{t('lines')}</summary>
      <div className={classes['lines']}>
        {lines.map(({ name, text }) => (
          <div key={name}>
            <h3 className={classes['lineName']}>{name}</h3>
            <CodeBlock text={text} label={name} isWrapped />
          </div>
        ))}
      </div>
    </details>
  )
}
