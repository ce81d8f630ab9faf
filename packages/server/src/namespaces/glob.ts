// Names and paths by patterns of the shell: `*`, `?`, and `**` for any number of folders. Every match takes time in proportion to the pattern and
// the name, whatever is written: patterns come from users.

/** `*` is any run of characters, `?` one. */
export function matchesName(name: string, pattern: string): boolean {
  let at = 0
  let of = 0
  let star = -1
  let mark = 0
  while (at < name.length) {
    if (pattern[of] === '*') {
      star = of++
      mark = at
    } else if (pattern[of] === '?' || (of < pattern.length && pattern[of] === name[at])) {
      of++
      at++
    } else if (star >= 0) {
      of = star + 1
      at = ++mark
    } else {
      return false
    }
  }
  while (pattern[of] === '*') of++
  return of === pattern.length
}

/**
 * A path by a pattern, folder by folder; slashes at the beginning do not count. A pattern that ends with a slash means all that is below, and one
 * without any slash also a file of that name in whatever folder when `isAnywhere`.
 */
export function matchesPath(path: string, pattern: string, { isAnywhere = false } = {}): boolean {
  const written = pattern.replace(/^(?:\.?\/)+/, '')
  const full = written.endsWith('/') ? `${written}**` : written
  const names = path.replace(/^\/+/, '').split('/')
  if (isAnywhere && !full.includes('/')) return matchesName(names.at(-1) ?? '', full)
  return matchesFolders(names, full.split('/'))
}

function matchesFolders(names: readonly string[], patterns: readonly string[]): boolean {
  // Row by row: which beginnings of the path the patterns so far can stand for.
  let reached: boolean[] = [true, ...names.map(() => false)]
  for (const pattern of patterns) {
    const next = names.map(() => false)
    const row: boolean[] = [pattern === '**' && reached[0] === true, ...next]
    names.forEach((name, index) => {
      row[index + 1] =
        pattern === '**'
          ? row[index] === true || reached[index + 1] === true
          : reached[index] === true && matchesName(name, pattern)
    })
    reached = row
  }
  return reached.at(-1) === true
}
