// The buttons of the head of an execution, their menu, and the dialogs behind them. What its state forbids says which state it needs.
import { routes } from '@batuta/api'
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { apiUrl } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { stateWord } from '../../lib/states.ts'
import { useMedia } from '../../lib/use-media.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { CopyAs, copyItems, curlLine, type CopyForm } from '../../widgets/copy-as.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { Menu, type MenuGroup, type MenuItem } from '../../widgets/menu.tsx'
import { needOf, whyNot, isPossible, type ExecutionAction } from '../executions/possible-actions.ts'
import classes from './execution-page.module.css'
import { markdownOf } from './markdown-of.ts'
import { t } from './messages.ts'
import { ownLabels, useExecutionAction } from './use-execution-action.ts'
import type { ExecutionHead } from './use-execution.ts'

const ReplayDialog = lazyDialog(async () => (await import('./replay-dialog.tsx')).ReplayDialog)

const LabelsDialog = lazyDialog(async () => (await import('../executions/labels-dialog.tsx')).LabelsDialog)
const TypedConfirm = lazyDialog(async () => (await import('../../widgets/typed-confirm.tsx')).TypedConfirm)

const FINAL_STATES = ['SUCCESS', 'WARNING', 'FAILED', 'CANCELLED'] as const

/** All of them stand in the menu. */
const NARROW = '(max-width: 767px)'

/** Their next step stands in a card of its own. */
const CARDS = ['FAILED', 'PAUSED']

export interface ExecutionActionsProps {
  readonly head: ExecutionHead
  readonly live: number
  /** Which dialog is open, such as `replay`; it stands in the address. */
  readonly open: string | undefined
  /** For a replay: from where. */
  readonly from: string | undefined
  readonly onOpen: (dialog: string | undefined, from?: string) => void
}

export function ExecutionActions({ head, live, open, from, onOpen }: ExecutionActionsProps): ReactNode {
  const go = useGo()
  const act = useExecutionAction(head, () => go(paths.executions()))
  const { current } = head.state
  const mayNot = useMay()
  const item = (id: ExecutionAction, look: Omit<MenuItem, 'id' | 'why'>): MenuItem => ({
    id,
    why: mayNot(needOf(id), head.namespace) ?? whyNot(id, current),
    ...look,
  })
  const main: readonly MenuItem[] = [
    item('restart', { title: t('restart'), icon: 'retry', keys: 'r', run: () => act.mutate({ type: 'restart' }) }),
    item('kill', { title: t('kill'), icon: 'stop', isDangerous: true, run: () => onOpen('kill') }),
    item('replay', { title: t('replay'), icon: 'replay', keys: 'shift+r', run: () => onOpen('replay') }),
  ]
  const more: readonly MenuItem[] = [
    item('pause', { title: t('pause'), icon: 'pause', run: () => act.mutate({ type: 'pause' }) }),
    item('resume', { title: t('resume'), icon: 'run', run: () => act.mutate({ type: 'resume' }) }),
    item('unqueue', { title: t('unqueue'), icon: 'clock', run: () => act.mutate({ type: 'unqueue' }) }),
    item('forceRun', { title: t('forceRun'), icon: 'run', run: () => act.mutate({ type: 'forceRun' }) }),
    item('step', { title: t('step'), icon: 'right', run: () => act.mutate({ type: 'step' }) }),
    item('labels', { title: t('editLabels'), icon: 'tag', run: () => onOpen('labels') }),
  ]
  const states = FINAL_STATES.filter(state => state !== current).map(state =>
    item('changeState', {
      title: `${t('changeState')}: ${stateWord(state)}`,
      run: () => act.mutate({ type: 'changeState', state }),
    }),
  )
  const remove = item('delete', { title: t('delete'), icon: 'trash', isDangerous: true, run: () => onOpen('delete') })
  useKeys([...main, ...more, remove])
  const isNarrow = useMedia(NARROW)
  const next = main.filter(
    ({ id }) => id === 'replay' || (id === 'kill' ? isPossible('kill', current) : isPossible('restart', current)),
  )
  const shown = isNarrow ? [] : next
  const copies: MenuGroup = { title: t('copyAs'), items: copyItems(formsOf(head)) }
  return (
    <>
      {shown.map(one => (
        <Main key={one.id} item={one} isNext={one.id === 'replay' && !CARDS.includes(current)} />
      ))}
      {!isNarrow && <CopyAs forms={formsOf(head)} />}
      <Menu
        label={t('moreActions')}
        className={classes['more']}
        button={<Icon name="more" />}
        align="end"
        groups={[
          ...(isNarrow ? [{ items: next }] : []),
          { items: [recordItem(head, mayNot('TEST:CREATE', head.namespace))] },
          { items: [...main.filter(({ id }) => !next.some(other => other.id === id)), ...more] },
          { items: states.map((one, index) => ({ ...one, id: `state-${index}` })) },
          ...(isNarrow ? [copies] : []),
          { items: [remove] },
        ]}
      />
      {open !== undefined && (
        <Dialogs {...{ head, live, open, from }} onClose={() => onOpen(undefined)} act={act.mutate} />
      )}
    </>
  )
}

interface MainProps {
  readonly item: MenuItem
  readonly isNext: boolean
}

function Main({ item: { title, icon, why, run }, isNext }: MainProps): ReactNode {
  return (
    <ActButton
      variant={isNext ? 'filled' : 'default'}
      why={why}
      leftSection={icon && <Icon name={icon} size={14} />}
      {...(run === undefined ? {} : { onClick: run })}
    >
      {title}
    </ActButton>
  )
}

function recordItem({ id }: ExecutionHead, why: string | undefined): MenuItem {
  const to = withQuery(paths.newTest(), [['execution', id]])
  return { id: 'record', title: t('recordAsTest'), icon: 'test', why, to }
}

interface DialogsProps {
  readonly head: ExecutionHead
  readonly live: number
  readonly open: string
  readonly from: string | undefined
  readonly onClose: () => void
  readonly act: ReturnType<typeof useExecutionAction>['mutate']
}

function Dialogs({ head, live, open, from, onClose, act }: DialogsProps): ReactNode {
  const [isCascade, setCascade] = useState(true)
  if (open === 'replay') return <ReplayDialog head={head} from={from} onClose={onClose} />
  if (open === 'labels')
    return (
      <LabelsDialog
        title={t('editLabels')}
        labels={ownLabels(head)}
        action={t('save')}
        onClose={onClose}
        onSave={labels => {
          onClose()
          act({ type: 'labels', labels })
        }}
      />
    )
  const isKill = open === 'kill'
  if (!isKill && open !== 'delete') return null
  return (
    <TypedConfirm
      title={t(isKill ? 'killTitle' : 'deleteTitle')}
      action={t(isKill ? 'kill' : 'delete')}
      onClose={onClose}
      onConfirm={() => {
        onClose()
        act(isKill ? { type: 'kill', isCascade } : { type: 'delete' })
      }}
    >
      <p>{isKill ? t('killText', { count: live }) : t('deleteText')}</p>
      {isKill && (
        <label className={classes['choice']}>
          <input type="checkbox" checked={isCascade} onChange={event => setCascade(event.currentTarget.checked)} />
          {t('cascade')}
        </label>
      )}
    </TypedConfirm>
  )
}

function useKeys(items: readonly MenuItem[]): void {
  useActions(
    items.map(({ id, title, keys, why, run }) => ({
      id: `execution.${id}`,
      title,
      section: t('title'),
      keys,
      why,
      run: () => run?.(),
    })),
  )
}

function formsOf(head: ExecutionHead): readonly CopyForm[] {
  const { id } = head
  return [
    { name: 'Link', text: () => `${location.origin}/ui${paths.execution(head)}` },
    { name: 'Id', text: () => id },
    { name: 'cURL', text: () => curlLine(apiUrl(routes.executions.get, { params: { executionId: id } })) },
    {
      name: 'cURL of a replay',
      text: () => curlLine(apiUrl(routes.executions.replay, { params: { executionId: id } }), { method: 'POST' }),
    },
    { name: 'JSON', text: () => JSON.stringify(head, null, 2) },
    { name: 'Markdown', text: () => markdownOf(head) },
  ]
}
