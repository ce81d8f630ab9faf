const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])

/** For the log: what may hold credentials is left out. */
export function headersText(title: string, headers: Iterable<readonly [string, string | readonly string[]]>): string {
  const lines = [title]
  for (const [name, value] of headers) {
    const shown = typeof value === 'string' ? value : value.join(', ')
    lines.push(`${name}: ${SECRET_HEADERS.has(name) ? '******' : shown}`)
  }
  return lines.join('\n')
}

export function responseHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, readonly string[]>> {
  const lists: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) lists[name] = Array.isArray(value) ? value : [value]
  }
  return lists
}
