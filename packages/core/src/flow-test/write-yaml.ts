// Values as YAML that a person would write: maps and lists in blocks, texts in quotes only where they need them.
import { isList, isMap, mapEntries, mapSize } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'

export function writeYaml(value: Value): string {
  return isScalar(value) ? `${scalar(value)}\n` : block(value, '')
}

function block(value: Value, indent: string): string {
  if (isList(value)) {
    return value
      .map(item => {
        if (isScalar(item)) return `${indent}- ${scalar(item)}\n`
        return `${indent}- ${block(item, `${indent}  `).slice(indent.length + 2)}`
      })
      .join('')
  }
  if (!isMap(value)) return ''
  return Array.from(mapEntries(value), ([key, item]) => {
    const name = `${indent}${scalar(key)}:`
    return isScalar(item) ? `${name} ${scalar(item)}\n` : `${name}\n${block(item, `${indent}  `)}`
  }).join('')
}

function isScalar(value: Value): boolean {
  if (isList(value)) return value.length === 0
  return value === null || !isMap(value) || mapSize(value) === 0
}

const PLAIN = /^[A-Za-z_](?:[\w ./-]*[\w/])?$/
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i

function scalar(value: Value): string {
  if (isList(value)) return '[]'
  if (isMap(value)) return '{}'
  if (typeof value !== 'string') return value === null ? 'null' : printValue(value)
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value)
}
