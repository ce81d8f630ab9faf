// Values as YAML text with as few quotes as possible: block style, lists indented by one blank, a structure inside of a list on a line of
// its own. The layout is the one that Kestra's emitter has, because people compare such files.
import { isList, isMap, mapEntries, mapSize } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { checkDepth, plainText } from '../../std/value-text.ts'
import type { Fuel } from '../fuel.ts'
import { writeKey, writeScalar } from './write-scalar.ts'

export function writeYaml(value: Value, fuel: Fuel): string {
  if (value === '') return '--- ""\n'
  const inline = inlineText(value, 2, false)
  return inline === undefined ? writeBlock(value, 0, fuel) : `${inline}\n`
}

/** Scalars and empty structures; undefined for what needs lines of its own. */
function inlineText(value: Value, indent: number, isInList: boolean): string | undefined {
  if (isList(value)) return value.length === 0 ? '[]' : undefined
  if (isMap(value)) return mapSize(value) === 0 ? '{}' : undefined
  return typeof value === 'string' ? writeScalar(value, indent, isInList) : plainText(value)
}

function writeBlock(value: Value, indent: number, fuel: Fuel): string {
  checkDepth(indent / 2)
  fuel.spend(1)
  if (isList(value)) return writeList(value, indent, fuel)
  return isMap(value) ? writeMap(value, indent, fuel) : ''
}

function writeList(list: readonly Value[], indent: number, fuel: Fuel): string {
  const margin = `${' '.repeat(indent + 1)}-`
  return list.map(item => writeItem(margin, item, indent + 2, fuel)).join('')
}

function writeMap(map: ValueMap, indent: number, fuel: Fuel): string {
  let text = ''
  for (const [key, value] of mapEntries(map)) {
    const margin = `${' '.repeat(indent)}${writeKey(key)}:`
    // A list stands no deeper than its key; the blank in front of its dashes is enough.
    text +=
      isList(value) && value.length > 0
        ? `${margin}\n${writeList(value, indent, fuel)}`
        : writeItem(margin, value, indent + 2, fuel)
  }
  return text
}

function writeItem(margin: string, value: Value, indent: number, fuel: Fuel): string {
  const inline = inlineText(value, indent, margin.endsWith('-'))
  return inline === undefined ? `${margin}\n${writeBlock(value, indent, fuel)}` : `${margin} ${inline}\n`
}
