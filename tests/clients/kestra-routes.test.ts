// Every route that the open edition of some version has is served, or is on the list of those that are not, with the reason: docs/api.md.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { listServed, readKnownRoutes } from './kestra-routes.ts'

/** Paths as the list writes them; `*` stands for the rest. */
const EXCEPTIONS: readonly { readonly path: string; readonly why: string }[] = [
  {
    path: '~/templates*',
    why: 'Deprecated since 0.11, off unless configured, gone in 2.0; the server says so in `configs`.',
  },
  { path: '~/stats/taskruns/daily', why: 'Only ever answered with the storage of the Enterprise edition.' },
  { path: '~/ai/*', why: 'There is no assistant yet.' },
  {
    path: '/api/v1/notifications/*',
    why: 'Bulk actions are done when they are answered: there is nothing to be told later.',
  },
  { path: '/api/v1/plugins/pluginUiManifest', why: 'Plugins bring no parts of Kestra’s pages.' },
  { path: '/api/v1/plugins/{group}/pluginUi/{path}', why: 'Plugins bring no parts of Kestra’s pages.' },
  {
    path: '/api/v1/plugins/install*',
    why: 'Plugins are installed by the command line, never by whoever may call the API.',
  },
  { path: '/api/v1/plugins/auto-install/detect', why: 'Plugins are installed by the command line.' },
  { path: '~/flows/source/replace/*', why: 'Search and replace over sources is not there yet.' },
]

const served = listServed(readKnownRoutes())
const open = served.filter(({ route }) => !route.isEnterprise)
const missing = open.filter(({ isServed }) => !isServed)

function isExcepted(path: string, exception: string): boolean {
  return exception.endsWith('*') ? path.startsWith(exception.slice(0, -1)) : path === exception
}

test('every route of the open edition is served in each dialect that has it, but for those that are explained', t => {
  const unexplained = missing
    .filter(({ route }) => !EXCEPTIONS.some(({ path }) => isExcepted(route.path, path)))
    .map(({ route, dialect }) => `${dialect} ${route.method} ${route.path}`)

  assert.deepEqual(unexplained, [])
  for (const dialect of ['a', 'b', 'c']) {
    const own = open.filter(each => each.dialect === dialect)
    t.diagnostic(`dialect ${dialect}: ${own.filter(({ isServed }) => isServed).length} of ${own.length} routes`)
  }
  const enterprise = served.filter(({ route }) => route.isEnterprise)
  t.diagnostic(`Enterprise: ${enterprise.filter(({ isServed }) => isServed).length} of ${enterprise.length} routes`)
})

/** What is about people, in the Enterprise edition's paths. */
const PEOPLE =
  /^(?:~|\/api\/v1)\/(?:users|service-accounts|groups|roles|bindings|invitations?|tenant-access|tenants|auditlogs|acls|me|auths|setup|(?:validate|reset|forgotten)-password|request-code|banners|kill-switches)(?:\/|$)/

const PEOPLE_EXCEPTIONS: readonly { readonly path: string; readonly why: string }[] = [
  { path: '/api/v1/request-code/{email}', why: 'No mail is sent, and nobody logs in by one.' },
  { path: '/api/v1/tenants/{id}/logo', why: 'The page has one look.' },
  { path: '/api/v1/tenants/{id}/apps-catalog/logo', why: 'The page has one look.' },
]

test('every route about people that the Enterprise edition has is served, but for those that are explained', () => {
  const unexplained = served
    .filter(({ route, isServed }) => route.isEnterprise && !isServed && PEOPLE.test(route.path))
    .filter(({ route }) => !PEOPLE_EXCEPTIONS.some(({ path }) => path === route.path))
    .map(({ route, dialect }) => `${dialect} ${route.method} ${route.path}`)

  assert.deepEqual(unexplained, [])
  const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  for (const { path } of PEOPLE_EXCEPTIONS)
    assert.ok(page.includes(`\`${path}\``), `docs/api.md does not tell of ${path}`)
})

test('every exception names a route that is not served, and docs/api.md tells of it', () => {
  const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  for (const { path } of EXCEPTIONS) {
    assert.ok(
      missing.some(({ route }) => isExcepted(route.path, path)),
      `${path} is served, or nobody knows it`,
    )
    assert.ok(page.includes(`\`${path}\``), `docs/api.md does not tell of ${path}`)
  }
})
