import { isList, isMap, isNumber, mapHas } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import { pathsOf } from './assign-jq.ts'
import { computed, extend } from './compile-jq.ts'
import { onArgument, onFilters, onTwoArguments } from './define-native.ts'
import type { NativeEntry } from './define-native.ts'
import { describe, jqType, raise } from './jq-error.ts'
import { deletePaths, getPath, setPath } from './paths-jq.ts'
import type { Filter } from './run-time-jq.ts'

export const PATH_NATIVES: readonly NativeEntry[] = [
  onFilters('path', 1, body => (input, path, env, emit) => {
    for (const keys of pathsOf(input, body, env)) emit(keys, computed(path))
  }),
  onFilters(
    'del',
    1,
    body => (input, path, env, emit) =>
      emit(deletePaths(input, pathsOf(input, body, env), env.run.fuel), computed(path)),
  ),
  onFilters('getpath', 1, compileGetPath),
  onTwoArguments('setpath', (input, path, value, { run }) => setPath(input, keysOf(path), () => value, run.fuel)),
  onArgument('delpaths', (input, paths, { run }) =>
    deletePaths(input, isList(paths) ? paths.map(keysOf) : raise('Paths must be specified as an array'), run.fuel),
  ),
  onArgument('has', (input, key) => hasKey(input, key)),
]

function keysOf(path: Value): readonly Value[] {
  return isList(path) ? path : raise('Path must be specified as an array')
}

/** Keeps the path, so that `path(getpath([…]))` and assignments to it work. */
function compileGetPath(path: Filter): Filter {
  return (input, at, env, emit) =>
    path(input, undefined, env, keys => {
      const list = keysOf(keys)
      emit(
        getPath(input, list, env.run.fuel),
        list.reduce<typeof at>((current, key) => extend(current, key, input), at),
      )
    })
}

function hasKey(input: Value, key: Value): boolean {
  if (isMap(input) && typeof key === 'string') return mapHas(input, key)
  if (isList(input) && isNumber(key)) return toNumber(key) >= 0 && toNumber(key) < input.length
  return raise(`Cannot check whether ${jqType(input)} has a ${typeof key === 'string' ? 'string' : describe(key)} key`)
}
