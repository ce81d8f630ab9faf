// Beside the page: what it is for, how one gets on, and what can be done here, with the keys. It follows the page, and stays open until it is closed.
import { ActionIcon } from '@mantine/core'
import { useMemo, useState, type ReactNode } from 'react'
import { runAction, useAllActions } from '../lib/actions.ts'
import { Link, usePath } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { readLocal, writeLocal } from '../platform/local-store.ts'
import { Icon } from '../widgets/icon.tsx'
import { Kbd } from '../widgets/kbd.tsx'
import { PaneBorder } from '../widgets/pane-border.tsx'
import { tip } from '../widgets/tooltip.ts'
import classes from './help-drawer.module.css'
import { topicOf } from './help-topics.ts'
import { late } from './late-messages.ts'
import { t } from './messages.ts'

const WIDTH = { min: 320, max: 720, usual: 360 }
const KEY = 'pane.help'
/** Those of the whole page are in the list of shortcuts. */
const GENERAL: readonly string[] = [t('sectionPage'), t('sectionLook'), t('sectionGo')]

export function HelpDrawer({ onClose }: { readonly onClose: () => void }): ReactNode {
  const topic = topicOf(usePath())
  const [width, setWidth] = useState(() => clamp(Number(readLocal(KEY) ?? WIDTH.usual)))
  const resize = (to: number): void => {
    setWidth(clamp(to))
    writeLocal(KEY, String(clamp(to)))
  }
  return (
    <>
      <PaneBorder size={width} width={WIDTH} label={late('drawer')} onResize={resize} />
      <aside
        className={classes['drawer']}
        style={{ width }}
        aria-label={late('drawer')}
        onKeyDown={event => {
          if (event.key === 'Escape') onClose()
        }}
      >
        <header className={classes['head']}>
          <h2>{topic.title}</h2>
          <ActionIcon aria-label={t('close')} onClick={onClose} {...tip(t('close'), '\\')}>
            <Icon name="close" />
          </ActionIcon>
        </header>
        <p className={classes['question']}>{topic.question}</p>
        <ul className={classes['points']}>
          {topic.points.map(point => (
            <li key={point}>{point}</li>
          ))}
        </ul>
        <Actions />
        <h3>{late('moreHelp')}</h3>
        <ul className={classes['links']}>
          <li>
            <Link to={paths.docs()}>{late('helpGuide')}</Link>
          </li>
          <li>
            <Link to={paths.plugins()}>{late('helpPlugins')}</Link>
          </li>
          <li>
            <Link to={paths.blueprints()}>{late('helpBlueprints')}</Link>
          </li>
          <li>
            <Link to={paths.expressions()}>{late('helpExpressions')}</Link>
          </li>
        </ul>
      </aside>
    </>
  )
}

function Actions(): ReactNode {
  const all = useAllActions()
  const actions = useMemo(() => all.filter(({ section }) => !GENERAL.includes(section)), [all])
  if (actions.length === 0) return null
  return (
    <>
      <h3>{late('helpHere')}</h3>
      <ul className={classes['actions']}>
        {actions.map(({ id, title, keys, why }) => (
          <li key={id}>
            <button
              type="button"
              className={classes['action']}
              aria-disabled={why !== undefined}
              {...(why === undefined ? {} : tip(why))}
              onClick={() => runAction(id)}
            >
              <span>{title}</span>
              {keys !== undefined && <Kbd keys={keys} />}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

function clamp(width: number): number {
  return Math.min(WIDTH.max, Math.max(WIDTH.min, Math.round(width)))
}
