// How large the fixture is, and where it lies: a folder that later runs use again.
import { join, resolve } from 'node:path'
import { ROOT } from '../harness/server-process.ts'
import type { FixtureSize } from './fixture/fixture.ts'
import type { FixtureStore } from './fixture/fixture-place.ts'

export interface FixtureOptions {
  readonly store?: string | undefined
  readonly data?: string | undefined
  readonly full?: boolean | undefined
  readonly small?: boolean | undefined
}

/** A million executions, five million task runs, five million lines beside the million of one execution. */
const USUAL: FixtureSize = {
  executions: 1_000_000,
  flows: 10_000,
  iterations: 1_000_000,
  logLines: 1_000_000,
  linesTimes: 1,
}
/** Fifty million lines in all. */
const FULL: FixtureSize = { ...USUAL, linesTimes: 10 }
/** To try the command out: its figures judge nothing. */
const SMALL: FixtureSize = { executions: 20_000, flows: 300, iterations: 20_000, logLines: 50_000, linesTimes: 1 }

export function readFixtureOptions({ store = 'sqlite', data, full = false, small = false }: FixtureOptions): {
  readonly kind: FixtureStore
  readonly folder: string
  readonly size: FixtureSize
} {
  if (store !== 'sqlite' && store !== 'postgres') throw new Error(`"${store}" is no store: give sqlite or postgres`)
  const name = full ? 'full' : small ? 'small' : 'usual'
  const folder = data === undefined ? join(ROOT, 'bench', '.work', `ui-${store}-${name}`) : resolve(data)
  return { kind: store, folder, size: full ? FULL : small ? SMALL : USUAL }
}
