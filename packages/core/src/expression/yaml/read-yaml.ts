// The first document of a YAML text, as Kestra reads it: YAML 1.1 numbers and booleans, dates as text, aliases as the text of their
// name, no merge keys.
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'
import { decodeBase64 } from '../../std/base64.ts'
import { Bytes, mapFrom, toDouble, toInteger } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { Fault, fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'

const CHARACTERS_PER_STEP = 16

export function readYaml(text: string, fuel: Fuel): Value {
  fuel.spend(Math.ceil(text.length / CHARACTERS_PER_STEP))
  try {
    const reader = new EventReader(text, parseEvents(text, {}))
    return reader.readDocument()
  } catch (cause) {
    if (cause instanceof YAMLException) throw new Fault('VALUE', `The text is not YAML: ${cause.reason}`, { cause })
    throw cause
  }
}

class EventReader {
  readonly #source: string
  readonly #events: readonly Event[]
  #index = 0

  constructor(source: string, events: readonly Event[]) {
    this.#source = source
    this.#events = events
  }

  readDocument(): Value {
    const document = this.#next()
    const first = this.#events[this.#index]
    if (document?.type !== EVENT_ID.DOCUMENT || first === undefined || first.type === EVENT_ID.POP) {
      return fail('VALUE', 'The text holds no YAML document')
    }
    return this.#readNode()
  }

  #next(): Event | undefined {
    return this.#events[this.#index++]
  }

  #isAtEnd(): boolean {
    const event = this.#events[this.#index]
    return event === undefined || event.type === EVENT_ID.POP
  }

  #readNode(): Value {
    const event = this.#next()
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#readScalar(event)
      case EVENT_ID.ALIAS:
        return this.#source.slice(event.anchorStart, event.anchorEnd)
      case EVENT_ID.SEQUENCE:
        return this.#readList()
      case EVENT_ID.MAPPING:
        return this.#readMap()
      default:
        return fail('VALUE', 'The YAML text ends too early')
    }
  }

  #readList(): Value {
    const items: Value[] = []
    while (!this.#isAtEnd()) items.push(this.#readNode())
    this.#index++
    return items
  }

  #readMap(): Value {
    const entries: [string, Value][] = []
    while (!this.#isAtEnd()) entries.push([this.#readKey(), this.#readNode()])
    this.#index++
    return mapFrom(entries)
  }

  /** Keys are the text that the author wrote, not the value it would have elsewhere. */
  #readKey(): string {
    const event = this.#next()
    if (event?.type === EVENT_ID.SCALAR) return getScalarValue(this.#source, event)
    if (event?.type === EVENT_ID.ALIAS) return this.#source.slice(event.anchorStart, event.anchorEnd)
    return fail('VALUE', 'A key of a YAML map is a list or a map')
  }

  #readScalar(event: ScalarEvent): Value {
    const text = getScalarValue(this.#source, event)
    const tag = event.tagStart < 0 ? undefined : this.#source.slice(event.tagStart, event.tagEnd)
    if (tag === '!!binary') return readBinary(text)
    if (tag !== undefined && /^!!(?:int|float|bool|null)$/.test(tag)) return resolvePlain(text)
    return tag === undefined && event.style === SCALAR_STYLE.PLAIN ? resolvePlain(text) : text
  }
}

function readBinary(text: string): Value {
  const bytes = decodeBase64(text.replace(/\s/g, ''))
  return bytes === undefined ? fail('VALUE', 'A binary text in YAML is not base64') : new Bytes(bytes)
}

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
])

function resolvePlain(text: string): Value {
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return null
  const word = text.length <= 5 ? WORDS.get(text.toLowerCase()) : undefined
  if (word !== undefined) return word
  return /^[-+.\d]/.test(text) ? (resolveNumber(text) ?? text) : text
}

/** Undefined when the text is none, a date for instance. */
function resolveNumber(text: string): Value | undefined {
  const bare = text.replaceAll('_', '')
  const radix = /^([-+]?)(?:0x([0-9a-fA-F]+)|0b([01]+)|0([0-7]+))$/.exec(bare)
  if (radix !== null) {
    const [, sign, hex, binary, octal = '0'] = radix
    const size = BigInt(hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : `0o${octal}`)
    return toInteger(sign === '-' ? -size : size)
  }
  if (/^[-+]?(?:0|[1-9]\d*)$/.test(bare)) return toInteger(BigInt(bare.replace('+', '')))
  if (/^[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?$/.test(bare)) return toDouble(Number(bare))
  return undefined
}
