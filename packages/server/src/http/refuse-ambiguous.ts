// JSON that two readers may understand in two ways: a key twice in one object, of which some keep the first and some the last; and the key that names the
// prototype of an object instead of a field. What a proxy before us has judged must be what we read.
import { RequestError } from './request-error.ts'

const NEXT = /["{}[\],:]/g

/** @param text that was read as JSON already @throws {RequestError} naming the key */
export function refuseAmbiguous(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let isKey = false
  NEXT.lastIndex = 0
  for (let found = NEXT.exec(text); found; found = NEXT.exec(text)) {
    const { index } = found
    switch (found[0]) {
      case '{':
        open.push(new Set())
        isKey = true
        break
      case '[':
        open.push(undefined)
        isKey = false
        break
      case '}':
      case ']':
        open.pop()
        isKey = false
        break
      case ',':
        isKey = open.at(-1) !== undefined
        break
      case ':':
        isKey = false
        break
      default: {
        const end = endOfString(text, index)
        if (isKey) note(open.at(-1), text.slice(index, end))
        NEXT.lastIndex = end
      }
    }
  }
}

function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1))
    if (!isEscaped(text, end)) return end + 1
  return text.length
}

function isEscaped(text: string, at: number): boolean {
  let before = at
  while (text[before - 1] === '\\') before--
  return (at - before) % 2 === 1
}

function note(keys: Set<string> | undefined, written: string): void {
  if (!keys) return
  const key = written.includes('\\') ? String(JSON.parse(written)) : written.slice(1, -1)
  if (key === '__proto__') throw refusal(key, 'which no object of ours may have')
  if (keys.has(key)) throw refusal(key, 'twice in one object')
  keys.add(key)
}

function refusal(key: string, why: string): RequestError {
  return new RequestError(422, 'body-ambiguous', `The body has the key "${key.slice(0, 100)}" ${why}.`)
}
