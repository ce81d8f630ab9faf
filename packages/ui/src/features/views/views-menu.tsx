// The views of a list: which one is shown, the others with how many rows they have now, and what can be done to the one that is shown.
import { useState, type ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuGroup } from '../../widgets/menu.tsx'
import { AskedView } from './asked-view.tsx'
import { t } from './messages.ts'
import { useViewChoice, type ViewsProps } from './use-view-choice.ts'
import classes from './views-menu.module.css'

export function ViewsMenu(props: ViewsProps): ReactNode {
  const [isOpened, setOpened] = useState(false)
  const choice = useViewChoice(props, isOpened)
  const groups: readonly MenuGroup[] = [
    ...choice.groups.map(({ title, entries }) => ({
      title,
      items: entries.map(({ id, title: name, isChosen, hint, to }) => ({ id, title: name, isChosen, hint, to })),
    })),
    { title: t('thisList'), items: [choice.saveNew, ...choice.ofShown] },
  ]
  return (
    <>
      <Menu
        label={`${t('views')}: ${choice.name}`}
        className={classes['control']}
        button={
          <>
            <Icon name="star" size={14} />
            <span className={classes['name']}>{choice.name}</span>
            <Icon name="down" size={12} />
          </>
        }
        groups={groups}
        onOpen={() => setOpened(true)}
      />
      <AskedView {...props} choice={choice} />
    </>
  )
}
