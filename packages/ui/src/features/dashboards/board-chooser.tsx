// Which board is looked at, and what can be done with it.
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { setPreferences, usePreferences } from '../../lib/preferences.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuGroup, type MenuItem } from '../../widgets/menu.tsx'
import { showToast } from '../../widgets/toast.tsx'
import classes from './board-chooser.module.css'
import { t } from './messages.ts'
import { useDashboards } from './use-dashboards.ts'

/** Home itself, whatever is shown on it. */
export const HOME = ''

export interface BoardChooserProps {
  readonly id: string
  readonly title: string
  readonly more?: readonly MenuItem[]
}

export function BoardChooser({ id, title, more = [] }: BoardChooserProps): ReactNode {
  const { homeBoard } = usePreferences()
  const boards = useDashboards().data ?? []
  const isOnHome = homeBoard === id
  const mayNot = useMay()
  const groups: readonly MenuGroup[] = [
    {
      title: t('boards'),
      items: [
        { id: 'home', title: t('home'), to: homeOf(homeBoard), isChosen: id === HOME },
        ...boards.map(board => ({
          id: `board-${board.id}`,
          title: board.title,
          to: paths.home(board.id),
          isChosen: board.id === id,
        })),
      ],
    },
    {
      items: [
        {
          id: 'on-home',
          title: t('onHome'),
          isChecked: isOnHome,
          run: () => {
            setPreferences({ homeBoard: isOnHome ? HOME : id })
            if (!isOnHome) showToast({ kind: 'success', text: t('onHomeNow', { title }) })
          },
        },
        ...more,
        { id: 'new', title: t('newBoard'), icon: 'plus', why: mayNot('DASHBOARD:CREATE'), to: paths.newDashboard() },
      ],
    },
  ]
  return <Menu label={t('choose')} button={<Icon name="down" />} groups={groups} className={classes['chooser']} />
}

/** Home can be seen where another board stands in its place, too. */
function homeOf(homeBoard: string): string {
  return homeBoard === HOME ? paths.home() : withQuery(paths.home(), [['board', 'home']])
}
