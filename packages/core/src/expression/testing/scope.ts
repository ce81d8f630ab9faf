import { mapGet, mapKeys } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { Fuel } from '../fuel.ts'
import type { FuelLimits } from '../fuel.ts'
import type { Scope } from '../scope.ts'

/** A scope over a plain context, at five past seven minutes after two of the fifth of March 2024, UTC. */
export function scopeOver(context: ValueMap = {}, more: Partial<Scope> & { readonly limits?: FuelLimits } = {}): Scope {
  const { limits, ...rest } = more
  return {
    lookup: (root: string): Value | undefined => mapGet(context, root),
    names: () => mapKeys(context),
    nowMs: Date.parse('2024-03-05T14:07:09.123Z'),
    random: () => 0.5,
    zone: 'UTC',
    locale: 'en-US',
    fuel: new Fuel(limits),
    ...rest,
  }
}
