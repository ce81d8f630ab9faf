// An installed plugin, or a task from a file of a namespace, imports the SDK by its name, and gets the one that runs here: the same classes of values, whatever the plugin was built with.
import { isBuiltin, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { TaskError } from '@batuta/plugin-sdk'

const LENT: Readonly<Record<string, string>> = {
  '@batuta/plugin-sdk': new URL('../../plugin-sdk/src/index.ts', import.meta.url).href,
  '@batuta/ion': new URL('../../ion/src/index.ts', import.meta.url).href,
}

let isLent = false

/**
 * Once, and not before it is needed: every import after it asks here.
 * @param closed a folder whose modules find no other packages, whatever lies above it.
 */
export function lendPackages(closed?: string): void {
  if (isLent) return
  isLent = true
  const within = closed === undefined ? undefined : `${pathToFileURL(closed).href}/`
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = Object.hasOwn(LENT, specifier) ? LENT[specifier] : undefined
      const isClosed = within !== undefined && context.parentURL?.startsWith(within) === true
      if (isClosed && url === undefined && isPackage(specifier)) throw refusalOf(specifier)
      return next(url ?? specifier, context)
    },
  })
}

function isPackage(specifier: string): boolean {
  return !isBuiltin(specifier) && !/^(?:\.{0,2}\/|file:)/.test(specifier)
}

function refusalOf(specifier: string): TaskError {
  return new TaskError(
    `"${specifier}" cannot be imported: a file of a namespace finds Node's own modules, ${Object.keys(LENT).join(', ')} ` +
      'and other files of its namespace; what needs a package is a plugin (batuta plugin install)',
  )
}
