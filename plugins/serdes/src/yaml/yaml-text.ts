// Values as YAML, one key a line. Whatever another reader could take for something else stands in quotes.
import { DateTime, isList, isMap, isNumber, mapEntries, mapSize, plainText } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

export function yamlText(value: Value, indent = ''): string {
  if (value !== null && typeof value === 'object') {
    if (isList(value)) return value.length === 0 ? `${indent}[]\n` : value.map(item => listItem(item, indent)).join('')
    if (isMap(value)) return mapSize(value) === 0 ? `${indent}{}\n` : mapText(value, indent)
  }
  return `${indent}${scalarText(value, indent)}\n`
}

export function listItem(item: Value, indent: string): string {
  const text = yamlText(item, `${indent}  `)
  return isNested(item) ? `${indent}- ${text.slice(indent.length + 2)}` : `${indent}- ${text.trimStart()}`
}

function isNested(value: Value): boolean {
  return value !== null && typeof value === 'object' && (isList(value) || isMap(value))
}

function mapText(value: Value, indent: string): string {
  if (!isMap(value)) return ''
  let text = ''
  for (const [key, item] of mapEntries(value)) {
    const name = scalarText(key, indent)
    if (!isNested(item) || isEmpty(item)) text += `${indent}${name}: ${yamlText(item, `${indent}  `).trimStart()}`
    else text += `${indent}${name}:\n${yamlText(item, `${indent}  `)}`
  }
  return text
}

function isEmpty(value: Value): boolean {
  return isList(value) ? value.length === 0 : isMap(value) && mapSize(value) === 0
}

function scalarText(value: Value, indent: string): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (isNumber(value)) return numberText(plainText(value))
  if (value instanceof DateTime) return JSON.stringify(value.text)
  const text = plainText(value)
  if (isPlain(text)) return text
  const isBlock = text.includes('\n') && !/[^\n\x20-\x7e\xa0-\ud7ff]|[ \t](?:\n|$)|^[\s]/.test(text) && indent !== ''
  if (!isBlock) return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  const end = /\n*$/.exec(text)?.[0].length ?? 0
  const mark = end === 0 ? '-' : end === 1 ? '' : '+'
  const lines = (end === 0 ? text : text.slice(0, -1)).split('\n')
  return `|${mark}\n${lines.map(line => (line === '' ? '' : indent + line)).join('\n')}`
}

function numberText(text: string): string {
  if (text === 'NaN') return '.nan'
  if (text.endsWith('Infinity')) return text.startsWith('-') ? '-.inf' : '.inf'
  return text
}

const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n', '~'])

function isPlain(text: string): boolean {
  return /^[A-Za-z_/][\w ./@%+-]*$/.test(text) && !text.endsWith(' ') && !WORDS.has(text.toLowerCase())
}
