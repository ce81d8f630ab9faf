// Light, dark, or as the machine has it. The choice is kept in this browser, where the page finds it before its first paint.
import { useSyncExternalStore } from 'react'
import { readLocal, writeLocal } from '../platform/local-store.ts'
import type { Scheme } from './tokens.ts'

export type ThemeChoice = Scheme | 'system'

const KEY = 'theme'
const listeners = new Set<() => void>()
const dark = matchMedia('(prefers-color-scheme: dark)')

export function getTheme(): ThemeChoice {
  const kept = readLocal(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function getScheme(): Scheme {
  const choice = getTheme()
  return choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice
}

export function setTheme(choice: ThemeChoice): void {
  writeLocal(KEY, choice === 'system' ? undefined : choice)
  show()
}

export function switchTheme(): void {
  setTheme(getScheme() === 'dark' ? 'light' : 'dark')
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(subscribe, getTheme)
}

export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, getScheme)
}

export function startTheme(): void {
  dark.addEventListener('change', show)
  window.addEventListener('storage', show)
}

function show(): void {
  document.documentElement.dataset['mantineColorScheme'] = getScheme()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
