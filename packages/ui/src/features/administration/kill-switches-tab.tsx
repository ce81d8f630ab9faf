// Kill switches: what is held back now, by which of them, and the way to set one.
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { AccessList } from '../iam/access-list.tsx'
import { Badge } from '../iam/who.tsx'
import classes from './instance-page.module.css'
import { KillSwitchDialog } from './kill-switch-dialog.tsx'
import { t } from './notice-messages.ts'
import { draftOf, useKillSwitches, useNotice, type KillSwitch } from './use-notices.ts'

const PARAMS = { new: flagParam, edit: textParam }

export function KillSwitchesTab(): ReactNode {
  const [{ new: isNew, edit }, setSearch] = useSearchState(PARAMS)
  const query = useKillSwitches()
  const mayNot = useMay()
  const edited = query.data?.results.find(({ id }) => id === edit)
  const close = (): void => setSearch({ new: false, edit: undefined })
  return (
    <>
      <AccessList
        label={t('switches')}
        query={query}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowLabel={({ name }) => name}
        card={found => <Card found={found} />}
        creation={{
          title: t('newSwitch'),
          why: mayNot('KILL_SWITCH:CREATE'),
          run: () => setSearch({ new: true }),
        }}
        nothing={{ icon: 'stop', title: t('noSwitches'), text: t('noSwitchesText') }}
      />
      {(isNew || edited) && <KillSwitchDialog key={edited?.id ?? ''} found={edited} onClose={close} />}
    </>
  )
}

const COLUMNS: readonly Column<KillSwitch>[] = [
  { id: 'name', title: t('name'), cell: ({ name }) => <span className={classes['name']}>{name}</span> },
  { id: 'state', title: t('state'), width: '150px', cell: found => <State found={found} /> },
  { id: 'what', title: t('what'), width: '130px', cell: ({ evaluationType }) => t(evaluationType) },
  { id: 'where', title: t('where'), cell: whereOf },
  {
    id: 'since',
    title: t('since'),
    width: '150px',
    isExtra: true,
    cell: ({ startDate }) => <Timestamp atMs={Date.parse(startDate)} />,
  },
  {
    id: 'to',
    title: t('to'),
    width: '150px',
    isExtra: true,
    cell: ({ endDate }) => (endDate === undefined ? '–' : <Timestamp atMs={Date.parse(endDate)} />),
  },
  { id: 'menu', title: '', width: '56px', align: 'end', cell: found => <SwitchMenu found={found} /> },
]

function Card({ found }: { readonly found: KillSwitch }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['name']}>{found.name}</span>
        <State found={found} />
        <SwitchMenu found={found} />
      </span>
      <span className={classes['muted']}>
        {t(found.evaluationType)} · {whereOf(found)}
      </span>
    </span>
  )
}

function State({ found: { enabled, isInForce, endDate } }: { readonly found: KillSwitch }): ReactNode {
  if (!enabled) return <Badge>{t('off')}</Badge>
  if (isInForce) return <Badge look="bad">{t('inForce')}</Badge>
  return <Badge look="warn">{t(endDate === undefined ? 'waiting' : 'notNow')}</Badge>
}

export function whereOf({ namespace, flowId }: Pick<KillSwitch, 'namespace' | 'flowId'>): string {
  if (namespace === undefined) return t('everything')
  return flowId === undefined ? namespace : `${namespace}.${flowId}`
}

function SwitchMenu({ found }: { readonly found: KillSwitch }): ReactNode {
  const { id, name, enabled } = found
  const [isDoomed, setDoomed] = useState(false)
  const [, setSearch] = useSearchState(PARAMS)
  const mayNot = useMay()
  const turn = useNotice(
    async (isOn: boolean) => await api.killSwitches.update({ params: { id }, body: draftOf(found, { enabled: isOn }) }),
    isOn => t(isOn ? 'turnedOn' : 'turnedOff', { name }),
  )
  const remove = useNotice(
    async (of: string) => await api.killSwitches.delete({ params: { id: of } }),
    () => t('gone', { name }),
  )
  const why = mayNot('KILL_SWITCH:UPDATE')
  return (
    <>
      <Menu
        label={`${t('more')}: ${name}`}
        align="end"
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              {
                id: 'turn',
                title: t(enabled ? 'turnOff' : 'turnOn'),
                icon: enabled ? 'pause' : 'run',
                why,
                run: () => turn.mutate(!enabled),
              },
              { id: 'edit', title: t('edit'), icon: 'edit', why, run: () => setSearch({ edit: id }) },
            ],
          },
          {
            items: [
              {
                id: 'delete',
                title: t('delete'),
                icon: 'trash',
                isDangerous: true,
                why: mayNot('KILL_SWITCH:DELETE'),
                run: () => setDoomed(true),
              },
            ],
          },
        ]}
      />
      {isDoomed && (
        <TypedConfirm
          title={t('deleteTitle', { name })}
          action={t('delete')}
          onClose={() => setDoomed(false)}
          onConfirm={() => {
            setDoomed(false)
            remove.mutate(id)
          }}
        >
          {t('deleteSwitch')}
        </TypedConfirm>
      )}
    </>
  )
}
