// Where the page is, by its address alone: what draws the shell first asks it as well, and has no router.

/** The tenant may stand in front of the path, as Kestra writes it. */
export function basepathOf(pathname: string, tenant: string): string {
  const prefix = `/ui/${tenant}`
  return pathname === prefix || pathname.startsWith(`${prefix}/`) ? prefix : '/ui'
}

/** Before one is signed in there is nothing to go to. */
export function isBare(path: string): boolean {
  return /^\/(login|setup|reset-password|invitation)(\/|$)/.test(path)
}

/** Pages that stand below another one, and not in its address. */
const BELOW: Readonly<Record<string, string>> = { '/taskruns': '/executions' }

/** Whose page is shown: an execution belongs to the executions. */
export function isCurrent(to: string, address: string): boolean {
  const path = BELOW[address] ?? address
  const root = to
    .split('/')
    .slice(0, to.startsWith('/admin') ? 3 : 2)
    .join('/')
  return path === root || path.startsWith(`${root}/`)
}

/** What a destination is called by itself where its address says it already. */
export function lastOf(to: string): string {
  return to.slice(to.lastIndexOf('/') + 1)
}
