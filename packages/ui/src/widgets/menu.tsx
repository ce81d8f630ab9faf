// A menu: the browser's popover in the top layer, with the keys that a menu has. What cannot be done is shown with the reason. Its entries are drawn when it
// opens: a list has a menu in each row, and nobody opens most of them.
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Link } from '../lib/link.tsx'
import { cx } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import classes from './menu.module.css'
import { placeElement, type Align } from './place-floating.ts'

export interface MenuItem {
  readonly id: string
  readonly title: string
  readonly icon?: IconName
  readonly keys?: string | undefined
  /** Why it cannot be done now. */
  readonly why?: string | undefined
  readonly isDangerous?: boolean
  /** Where it leads, or what it does. */
  readonly to?: string
  readonly run?: () => void
  /** A mark: one of a choice. */
  readonly isChosen?: boolean
  /** A mark: on or off, whatever the others are. */
  readonly isChecked?: boolean
  /** On the right, such as a number. */
  readonly hint?: string | undefined
}

export interface MenuGroup {
  readonly title?: string
  readonly items: readonly MenuItem[]
}

export interface MenuProps {
  readonly groups: readonly MenuGroup[]
  /** What the button says; with an icon alone the label names it. */
  readonly button: ReactNode
  readonly label: string
  readonly align?: Align
  readonly className?: string | undefined
  readonly onOpen?: () => void
}

export function Menu({ groups, button, label, align = 'start', className, onOpen }: MenuProps): ReactNode {
  const id = useId()
  const anchor = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const close = (): void => list.current?.hidePopover()
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={cx(classes['button'], className)}
        aria-haspopup="menu"
        aria-label={label}
        popoverTarget={id}
        onKeyDown={event => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          list.current?.showPopover()
        }}
      >
        {button}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className={classes['menu']}
        onKeyDown={event => move(event, list.current)}
        onBeforeToggle={event => {
          if (event.newState === 'open') setOpen(true)
        }}
        onToggle={event => {
          if (event.newState === 'closed') setOpen(false)
          if (event.newState !== 'open' || !anchor.current || !list.current) return
          onOpen?.()
          placeElement(list.current, anchor.current, align)
          // The browser tells of it a moment after it is open: somebody may have gone on already.
          if (!list.current.contains(document.activeElement)) itemsOf(list.current)[0]?.focus()
        }}
      >
        {isOpen && groups.map((group, index) => <Group key={group.title ?? index} group={group} onDone={close} />)}
      </div>
    </>
  )
}

function Group({
  group: { title, items },
  onDone,
}: {
  readonly group: MenuGroup
  readonly onDone: () => void
}): ReactNode {
  return (
    <div role="group" aria-label={title} className={classes['group']}>
      {title !== undefined && <div className={classes['title']}>{title}</div>}
      {items.map(item => (
        <Item key={item.id} item={item} onDone={onDone} />
      ))}
    </div>
  )
}

function Item({ item, onDone }: { readonly item: MenuItem; readonly onDone: () => void }): ReactNode {
  const { title, icon, keys, why, isDangerous = false, to, run, isChosen, isChecked, hint } = item
  const mark = isChosen ?? isChecked
  const content = (
    <>
      <span className={classes['icon']}>{icon ? <Icon name={icon} /> : mark === true && <Icon name="check" />}</span>
      <span className={classes['text']}>
        {title}
        {why !== undefined && <span className={classes['why']}>{why}</span>}
      </span>
      {hint !== undefined && <span className={classes['hint']}>{hint}</span>}
      {keys !== undefined && <Kbd keys={keys} />}
    </>
  )
  const props = {
    role: isChosen !== undefined ? 'menuitemradio' : isChecked !== undefined ? 'menuitemcheckbox' : 'menuitem',
    tabIndex: -1,
    className: cx(classes['item'], isDangerous && classes['dangerous']),
    ...(mark === undefined ? {} : { 'aria-checked': mark }),
  }
  if (to !== undefined && why === undefined)
    return (
      <Link {...props} to={to} onClick={onDone}>
        {content}
      </Link>
    )
  return (
    <button
      {...props}
      type="button"
      aria-disabled={why !== undefined}
      onClick={() => {
        if (why !== undefined) return
        onDone()
        run?.()
      }}
    >
      {content}
    </button>
  )
}

function itemsOf(list: HTMLElement): readonly HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role^=menuitem]')]
}

function move(event: KeyboardEvent, list: HTMLElement | null): void {
  if (!list) return
  const items = itemsOf(list)
  const at = items.findIndex(item => item === document.activeElement)
  const target = targetOf(event.key, at, items)
  if (!target) return
  event.preventDefault()
  target.focus()
}

function targetOf(key: string, at: number, items: readonly HTMLElement[]): HTMLElement | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items[(at - 1 + items.length) % items.length]
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key.length !== 1 || key === ' ') return undefined
  const order = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return order.find(item => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()))
}
