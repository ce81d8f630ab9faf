// An installed plugin imports the SDK by its name, and gets the one that runs here: the same classes of values, whatever the plugin was built with.
import { registerHooks } from 'node:module'

const LENT: Readonly<Record<string, string>> = {
  '@batuta/plugin-sdk': new URL('../../plugin-sdk/src/index.ts', import.meta.url).href,
  '@batuta/ion': new URL('../../ion/src/index.ts', import.meta.url).href,
}

let isLent = false

/** Once, and not before it is needed: every import after it asks here. */
export function lendPackages(): void {
  if (isLent) return
  isLent = true
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = Object.hasOwn(LENT, specifier) ? LENT[specifier] : undefined
      return next(url ?? specifier, context)
    },
  })
}
