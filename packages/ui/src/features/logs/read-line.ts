// What one line of a log says: its first line, what is folded below it, and the fields of a line that is JSON.
import { stripAnsi } from './ansi.ts'

export interface LineContent {
  /** One line, colours included. */
  readonly head: string
  /** Lines that are shown when the row is opened. */
  readonly rest: string
  readonly restLines: number
  /** Of a line that is a JSON object. */
  readonly json?: unknown
  /** Of a stack trace: the first frame that is not of a library. */
  readonly ownFrame?: string
}

const MESSAGE_KEYS = ['message', 'msg', 'event', 'error', 'text']
const FIELDS_SHOWN = 6
const JSON_MAX = 100_000
const FRAME = /^\s*(?:at |File ")/
const LIBRARY =
  /node_modules|node:internal|site-packages|dist-packages|\/usr\/lib|java\.base|^\s*at (?:java|javax|sun|jdk|kotlin|scala)\.|<frozen/

export function readLine(message: string): LineContent {
  const json = parseObject(message)
  if (json !== undefined) {
    const pretty = JSON.stringify(json, null, 2)
    return { head: headOf(json), rest: pretty, restLines: pretty.split('\n').length, json }
  }
  const end = message.indexOf('\n')
  if (end < 0) return { head: message, rest: '', restLines: 0 }
  const rest = message.slice(end + 1).replace(/\n+$/, '')
  const lines = rest === '' ? [] : rest.split('\n')
  const own = lines.find(line => FRAME.test(line) && !LIBRARY.test(line))
  return {
    head: message.slice(0, end),
    rest,
    restLines: lines.length,
    ...(own === undefined ? {} : { ownFrame: placeOf(stripAnsi(own).trim()) }),
  }
}

function parseObject(message: string): Readonly<Record<string, unknown>> | undefined {
  const text = message.trim()
  if (!text.startsWith('{') || !text.endsWith('}') || text.length > JSON_MAX) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined
  } catch {
    return undefined // It only looks like JSON: then it is a text.
  }
}

/** `user logged in  level=info ms=12.5` */
function headOf(json: Readonly<Record<string, unknown>>): string {
  const key = MESSAGE_KEYS.find(name => typeof json[name] === 'string')
  const fields = Object.entries(json)
    .filter(([name]) => name !== key)
    .slice(0, FIELDS_SHOWN)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
  return [key === undefined ? '' : String(json[key]), fields.join(' ')].filter(part => part !== '').join('  ')
}

/** `Loader.java:38` of a frame. */
function placeOf(frame: string): string {
  return (
    /\(([^()]+:\d+)(?::\d+)?\)$/.exec(frame)?.[1] ??
    /File "(?:.*\/)?([^"]+)", line (\d+)/.exec(frame)?.slice(1).join(':') ??
    frame.replace(/^at /, '')
  )
}

export interface Part {
  readonly text: string
  readonly isHit: boolean
}

/** The text with what is looked for set apart, without regard to case. */
export function splitHits(text: string, wanted: string): readonly Part[] {
  if (wanted === '') return [{ text, isHit: false }]
  const [lower, needle] = [text.toLowerCase(), wanted.toLowerCase()]
  const parts: Part[] = []
  let from = 0
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isHit: false })
    parts.push({ text: text.slice(at, at + needle.length), isHit: true })
    from = at + needle.length
  }
  return from < text.length ? [...parts, { text: text.slice(from), isHit: false }] : parts
}

export interface PrintedLine {
  readonly timestamp: string
  readonly level: string
  readonly taskId?: string | undefined
  readonly message: string
}

/** As `download` writes it. */
export function printLine({ timestamp, level, taskId, message }: PrintedLine): string {
  return [timestamp, level, taskId, stripAnsi(message)].filter(part => part !== undefined).join(' ')
}
