import { isList, isMap, mapEntries } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import type { Fuel } from '../fuel.ts'
import { describe, jqType, raise } from './jq-error.ts'
import { NO_PATH } from './paths-jq.ts'
import type { JqPath } from './paths-jq.ts'
import type { Emit, JqRun } from './run-time-jq.ts'

/** `.[]`. */
export function iterate(value: Value, path: JqPath | undefined, fuel: Fuel, emit: Emit): void {
  if (path === NO_PATH) return raise(`Invalid path expression with result ${describe(value)}`)
  if (isList(value)) {
    value.forEach((item, index) => {
      fuel.spend(1)
      emit(item, path && { parent: path, key: index })
    })
  } else if (isMap(value)) {
    for (const [key, item] of mapEntries(value)) {
      fuel.spend(1)
      emit(item, path && { parent: path, key })
    }
  } else
    raise(
      `Cannot iterate over ${jqType(value)}${value === null ? '' : ` (${describe(value).replace(/^\w+ \(|\)$/g, '')})`}`,
    )
}

/** `..`: the value, and everything below it. */
export function recurse(value: Value, path: JqPath | undefined, run: JqRun, emit: Emit): void {
  run.enter()
  emit(value, path)
  if (isList(value) || isMap(value)) iterate(value, path, run.fuel, (item, at) => recurse(item, at, run, emit))
  run.leave()
}
