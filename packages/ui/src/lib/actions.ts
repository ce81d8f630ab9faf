// Every action of the page is registered once, with its title, its keys and what it does. Menus, the command palette, the list of shortcuts and
// the keyboard are made from this register, so that none can be missing in one of them.
import { useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react'

export interface Action {
  /** Unique, such as `executions.restart`. */
  readonly id: string
  readonly title: string
  /** Heading in the palette and in the list of shortcuts. */
  readonly section: string
  /** `g h`, `?`, `mod+k`, `shift+r`; `mod` is Ctrl, on a Mac ⌘. */
  readonly keys?: string | undefined
  /** Why it cannot be done now: it is shown with the reason. */
  readonly why?: string | undefined
  /** More words to find it by. */
  readonly words?: string
  /** For other parts of the page, and not for a list. */
  readonly isHidden?: boolean
  /** In the palette it asks on before it is done, such as which flow to run. */
  readonly choose?: Chooser | undefined
  run(): void
}

/** A question within the palette. */
export interface Chooser {
  /** What is asked for. */
  readonly hint: string
  find(text: string, signal: AbortSignal): Promise<readonly Choice[]>
}

export interface Choice {
  readonly id: string
  readonly title: string
  readonly hint?: string | undefined
  /** Why it cannot be chosen. */
  readonly why?: string | undefined
  /** Does it, or asks on. */
  run(): Chooser | undefined
}

let actions: ReadonlyMap<string, Action> = new Map()
const listeners = new Set<() => void>()

/** Registers the action while the component is there. */
export function useAction(action: Action): void {
  useActions([action])
}

/** The same for a list, whose length may change. */
export function useActions(list: readonly Action[]): void {
  const newest = useRef(list)
  useLayoutEffect(() => {
    newest.current = list
  })
  const shape = JSON.stringify(
    list.map(({ id, title, section, keys, why, words }) => [id, title, section, keys, why, words]),
  )
  // With the paint: whoever sees what a key is for may press it.
  useLayoutEffect(() => {
    const mine = newest.current.map(given => ({
      ...given,
      // What it does may change without its looks changing.
      run: () => newest.current.find(({ id }) => id === given.id)?.run(),
    }))
    change(map => {
      for (const action of mine) map.set(action.id, action)
    })
    return () =>
      change(map => {
        for (const action of mine) if (map.get(action.id) === action) map.delete(action.id)
      })
  }, [shape])
}

export function useAllActions(): readonly Action[] {
  const all = useSyncExternalStore(subscribe, () => actions)
  return useMemo(() => [...all.values()].filter(({ isHidden }) => isHidden !== true), [all])
}

export function listActions(): readonly Action[] {
  return [...actions.values()]
}

export function runAction(id: string): void {
  const action = actions.get(id)
  if (action && action.why === undefined) action.run()
}

function change(edit: (map: Map<string, Action>) => void): void {
  const next = new Map(actions)
  edit(next)
  actions = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
