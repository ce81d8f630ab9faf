// What a flow sees of the call of its webhook: `trigger.body`, `.headers`, `.parameters` and `.path`.
import { mapFrom, decodeValue, isList, isMap, type Value, type ValueMap } from '@batuta/core'

export interface WebhookRequest {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  /** The query, without the question mark. */
  readonly search: string
  readonly body: string | undefined
  readonly path: string | undefined
}

export function webhookVariables({ rawHeaders, search, body, path }: WebhookRequest): ValueMap {
  const variables: Record<string, Value> = {}
  if (body !== undefined && body !== '') variables['body'] = bodyOf(body)
  variables['headers'] = headersOf(rawHeaders)
  if (search !== '') variables['parameters'] = listsOf(new URLSearchParams(search))
  if (path !== undefined) variables['path'] = path
  return variables
}

/** A JSON object or list, else the text. */
function bodyOf(text: string): Value {
  const first = text.trimStart().charAt(0)
  if (first !== '{' && first !== '[') return text
  try {
    const value = decodeValue(text)
    return isMap(value) || isList(value) ? value : text
  } catch {
    return text // What only looks like JSON is a text.
  }
}

/** By lower-case name, as HTTP/2 has them. */
function headersOf(raw: readonly string[]): ValueMap {
  const headers = raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [],
  )
  return listsOf(headers)
}

/** A caller chooses the names: one of them may be what every object has. */
function listsOf(pairs: Iterable<readonly [string, string]>): ValueMap {
  const lists = new Map<string, Value[]>()
  for (const [name, value] of pairs) {
    const known = lists.get(name)
    if (known) known.push(value)
    else lists.set(name, [value])
  }
  return mapFrom(lists)
}
