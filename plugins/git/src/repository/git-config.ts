// Which settings of git a flow may make. Many of git's settings are commands, and a flow's commands run where its task runner says, not here.
import { mapEntries, printValue, TaskError, type ValueMap } from '@batuta/plugin-sdk'

const SECTIONS: ReadonlySet<string> = new Set([
  'http',
  'user',
  'author',
  'committer',
  'fetch',
  'pack',
  'transfer',
  'index',
  'gc',
])
const CORE: ReadonlySet<string> = new Set([
  ...['autocrlf', 'eol', 'safecrlf', 'longpaths', 'compression', 'quotepath', 'bigfilethreshold', 'filemode'],
  ...['ignorecase', 'precomposeunicode', 'symlinks', 'abbrev', 'preloadindex'],
])
const HTTP_REFUSED: ReadonlySet<string> = new Set(['curloptresolve', 'proxy', 'cookiefile', 'savecookies', 'sslkey'])

/** As arguments of git. */
export function configArguments(config: ValueMap | undefined): readonly string[] {
  if (config === undefined) return []
  return [...mapEntries(config)].flatMap(([name, value]) => {
    if (isHarmless(name.toLowerCase())) return ['-c', `${name}=${printValue(value)}`]
    throw new TaskError(
      `property "gitConfig" may not set "${name}": only http.*, user.*, fetch.*, pack.*, transfer.*, index.*, gc.* and plain settings of core`,
    )
  })
}

function isHarmless(name: string): boolean {
  const section = name.slice(0, name.indexOf('.'))
  const key = name.slice(name.lastIndexOf('.') + 1)
  if (!/^[a-z0-9]+\..+$/.test(name) || /[\n\0=]/.test(name)) return false
  if (section === 'core') return name === `core.${key}` && CORE.has(key)
  if (section === 'http') return !HTTP_REFUSED.has(key)
  return SECTIONS.has(section) && !/hook|command|program/.test(key)
}
