// The keys of a list: j and k (or the arrows) move, x selects, Shift+x a range, o opens in a new tab, Space previews, Escape lets go.
import { useRef, useState, type KeyboardEvent } from 'react'
import { useActions, type Action } from '../lib/actions.ts'
import { isTyping } from '../lib/keyboard.ts'
import type { TableProps } from './table.tsx'
import { t } from './table-messages.ts'

export interface Selection {
  readonly keys: ReadonlySet<string>
  set(keys: ReadonlySet<string>): void
}

export interface RowKeys {
  readonly active: number
  setActive(index: number): void
  onKeyDown(event: KeyboardEvent): void
}

const SECTION = t('list')

export function useRowKeys<Row>(table: TableProps<Row>, scrollTo: (index: number) => void): RowKeys {
  const { rows, selection, onPreview, hasKeys = true } = table
  const [active, setActive] = useState(-1)
  const rangeFrom = useRef(-1)
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    if (rows.length === 0) return
    setActive(next)
    scrollTo(next)
    requestAnimationFrame(() => linkOf(next)?.focus({ preventScroll: true }))
  }
  const select = (isRange: boolean): void => {
    if (!selection || active < 0) return
    const [from, to] = isRange && rangeFrom.current >= 0 ? order(rangeFrom.current, active) : [active, active]
    const touched = rows.slice(from, to + 1).map(table.rowKey)
    const isIn = isRange || touched.some(key => !selection.keys.has(key))
    const next = new Set(selection.keys)
    for (const key of touched) {
      if (isIn) next.add(key)
      else next.delete(key)
    }
    rangeFrom.current = active
    selection.set(next)
  }
  const preview = (): void => {
    const row = rows[active]
    if (row !== undefined) onPreview?.(row)
  }
  const list: readonly Action[] = [
    { id: 'list.next', title: t('nextRow'), keys: 'j', section: SECTION, run: () => go(active + 1) },
    { id: 'list.previous', title: t('previousRow'), keys: 'k', section: SECTION, run: () => go(active - 1) },
    ...(selection
      ? [
          { id: 'list.select', title: t('selectRow'), keys: 'x', section: SECTION, run: () => select(false) },
          {
            id: 'list.range',
            title: t('selectUpTo'),
            keys: 'shift+x',
            section: SECTION,
            run: () => select(true),
          },
          {
            id: 'list.all',
            title: t('selectAll'),
            keys: '*',
            section: SECTION,
            run: () => selection.set(new Set(rows.map(table.rowKey))),
          },
        ]
      : []),
    { id: 'list.tab', title: t('openInTab'), keys: 'o', section: SECTION, run: () => openTab(active) },
  ]
  useActions(hasKeys ? list : [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isTyping(event.target)) return
    const step = STEPS[event.key]
    if (step !== undefined) go(active + step)
    else if (event.key === ' ' && onPreview) preview()
    else if (event.key === 'Escape' && selection && selection.keys.size > 0) selection.set(new Set())
    else return
    event.preventDefault()
  }
  return { active, setActive, onKeyDown }
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 20,
  PageUp: -20,
  Home: -1e9,
  End: 1e9,
}

function order(a: number, b: number): readonly [number, number] {
  return a < b ? [a, b] : [b, a]
}

function linkOf(index: number): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row="${index}"] [data-row-link]`)
}

function openTab(index: number): void {
  const link = linkOf(index)
  if (link instanceof HTMLAnchorElement) window.open(link.href, '_blank', 'noopener')
}
