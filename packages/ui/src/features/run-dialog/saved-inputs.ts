// Sets of inputs that somebody gave a name, for one flow, in this browser. Secrets and files are not among them.
import { trust } from '@batuta/core'
import type { FlowRef } from '../../lib/paths.ts'
import { readLocal, writeLocal } from '../../platform/local-store.ts'

export interface SavedInputs {
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
}

const SETS_MAX = 20

export function listSaved(flow: FlowRef): readonly SavedInputs[] {
  const text = readLocal(keyOf(flow))
  if (text === undefined) return []
  try {
    const found: unknown = JSON.parse(text)
    return Array.isArray(found) ? trust<readonly SavedInputs[]>(found) : []
  } catch {
    return [] // Written by something else: as if nothing had been kept.
  }
}

export function saveInputs(flow: FlowRef, set: SavedInputs): void {
  write(flow, [set, ...listSaved(flow).filter(({ name }) => name !== set.name)].slice(0, SETS_MAX))
}

export function dropSaved(flow: FlowRef, name: string): void {
  write(
    flow,
    listSaved(flow).filter(other => other.name !== name),
  )
}

function write(flow: FlowRef, sets: readonly SavedInputs[]): void {
  writeLocal(keyOf(flow), sets.length === 0 ? undefined : JSON.stringify(sets))
}

function keyOf({ namespace, id }: FlowRef): string {
  return `inputs.${namespace}.${id}`
}
