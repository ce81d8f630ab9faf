// Announcements: what stands at the top of every page, now, before and later.
import { Button, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { Choices } from '../../widgets/choices.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { AccessList } from '../iam/access-list.tsx'
import { Badge } from '../iam/who.tsx'
import { localMoment } from '../input-form/input-fields.ts'
import layout from '../../widgets/layout.module.css'
import classes from './instance-page.module.css'
import { t } from './notice-messages.ts'
import { momentOf, useAnnouncements, useNotice, type Announcement, type AnnouncementDraft } from './use-notices.ts'

const PARAMS = { new: flagParam, edit: textParam }
const KINDS = ['INFO', 'WARNING', 'ERROR'] as const
const LOOKS = { INFO: 'accent', WARNING: 'warn', ERROR: 'bad' } as const

export function AnnouncementsTab(): ReactNode {
  const [{ new: isNew, edit }, setSearch] = useSearchState(PARAMS)
  const query = useAnnouncements()
  const mayNot = useMay()
  const edited = query.data?.results.find(({ id }) => id === edit)
  return (
    <>
      <AccessList
        label={t('announcements')}
        query={query}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowLabel={({ message }) => message}
        card={found => <Card found={found} />}
        creation={{
          title: t('newAnnouncement'),
          why: mayNot('ANNOUNCEMENT:CREATE'),
          run: () => setSearch({ new: true }),
        }}
        nothing={{ icon: 'info', title: t('noAnnouncements'), text: t('noAnnouncementsText') }}
      />
      {(isNew || edited) && (
        <AnnouncementDialog
          key={edited?.id ?? ''}
          found={edited}
          onClose={() => setSearch({ new: false, edit: undefined })}
        />
      )}
    </>
  )
}

const COLUMNS: readonly Column<Announcement>[] = [
  {
    id: 'message',
    title: t('announcement'),
    cell: ({ message }) => <span className={classes['name']}>{message}</span>,
  },
  { id: 'kind', title: t('kind'), width: '110px', cell: ({ type }) => <Badge look={LOOKS[type]}>{t(type)}</Badge> },
  { id: 'state', title: t('state'), width: '150px', cell: found => <State found={found} /> },
  { id: 'since', title: t('since'), width: '150px', isExtra: true, cell: ({ startDate }) => momentIn(startDate) },
  { id: 'to', title: t('to'), width: '150px', isExtra: true, cell: ({ endDate }) => momentIn(endDate) },
  { id: 'menu', title: '', width: '56px', align: 'end', cell: found => <AnnouncementMenu found={found} /> },
]

function momentIn(iso: string | undefined): ReactNode {
  return iso === undefined ? '–' : <Timestamp atMs={Date.parse(iso)} />
}

function State({ found: { active, endDate } }: { readonly found: Announcement }): ReactNode {
  if (active) return <Badge look="good">{t('shown')}</Badge>
  return <Badge>{t(endDate === undefined ? 'waiting' : 'notNow')}</Badge>
}

function Card({ found }: { readonly found: Announcement }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['name']}>{found.message}</span>
        <AnnouncementMenu found={found} />
      </span>
      <span className={classes['cardLine']}>
        <Badge look={LOOKS[found.type]}>{t(found.type)}</Badge> <State found={found} />
      </span>
    </span>
  )
}

function AnnouncementMenu({ found: { id, message } }: { readonly found: Announcement }): ReactNode {
  const [, setSearch] = useSearchState(PARAMS)
  const mayNot = useMay()
  const remove = useNotice(
    async (of: string) => await api.banners.delete({ params: { id: of } }),
    () => t('gone', { name: message }),
  )
  return (
    <Menu
      label={`${t('more')}: ${message}`}
      align="end"
      button={<Icon name="more" />}
      groups={[
        {
          items: [
            {
              id: 'edit',
              title: t('edit'),
              icon: 'edit',
              why: mayNot('ANNOUNCEMENT:UPDATE'),
              run: () => setSearch({ edit: id }),
            },
            {
              id: 'delete',
              title: t('delete'),
              icon: 'trash',
              isDangerous: true,
              why: mayNot('ANNOUNCEMENT:DELETE'),
              run: () => remove.mutate(id),
            },
          ],
        },
      ]}
    />
  )
}

interface AnnouncementDialogProps {
  /** Undefined for a new one. */
  readonly found: Announcement | undefined
  readonly onClose: () => void
}

function AnnouncementDialog({ found, onClose }: AnnouncementDialogProps): ReactNode {
  const [message, setMessage] = useState(found?.message ?? '')
  const [type, setType] = useState<(typeof KINDS)[number]>(found?.type ?? 'INFO')
  const [from, setFrom] = useState(fieldOf(found?.startDate))
  const [until, setUntil] = useState(fieldOf(found?.endDate))
  const [isTried, setTried] = useState(false)
  const save = useNotice(
    async (body: AnnouncementDraft) =>
      await (found ? api.banners.update({ params: { id: found.id }, body }) : api.banners.create({ body })),
    () => t('announced'),
  )
  const isTurned = from !== '' && until !== '' && until <= from
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (message.trim() === '' || isTurned) return
    const [startDate, endDate] = [momentOf(from), momentOf(until)]
    const span = { ...(startDate === undefined ? {} : { startDate }), ...(endDate === undefined ? {} : { endDate }) }
    save.mutate({ message: message.trim(), type, ...span }, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={t(found ? 'announcement' : 'newAnnouncement')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="announcement" variant="filled" loading={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id="announcement" className={layout['form']} onSubmit={submit} noValidate>
        <Textarea
          label={t('message')}
          required
          rows={3}
          data-autofocus="true"
          value={message}
          error={isTried && message.trim() === '' ? t('needMessage') : undefined}
          onChange={event => setMessage(event.currentTarget.value)}
        />
        <Choices
          label={t('kind')}
          choices={KINDS.map(value => ({ value, title: t(value) }))}
          active={type}
          onChoose={setType}
        />
        <div className={classes['pair']}>
          <TextInput
            label={t('from')}
            type="datetime-local"
            value={from}
            onChange={event => setFrom(event.currentTarget.value)}
          />
          <TextInput
            label={t('until')}
            type="datetime-local"
            value={until}
            error={isTried && isTurned ? t('needOrder') : undefined}
            onChange={event => setUntil(event.currentTarget.value)}
          />
        </div>
      </form>
    </Dialog>
  )
}

function fieldOf(iso: string | undefined): string {
  return iso === undefined ? '' : localMoment(iso).slice(0, 16)
}
