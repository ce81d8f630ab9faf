import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeApi } from './open-api.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

const all = Object.entries(routes).flatMap(([resource, table]) =>
  Object.entries<Route>(table).map(([name, route]) => ({ name: `${resource}.${name}`, route })),
)

test('every parameter of a path is described, and every described one is in the path', () => {
  for (const { name, route } of all) {
    for (const path of Object.values(route.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]).filter(parameter => parameter !== 'tenant')

      assert.deepEqual(inPath.sort(), Object.keys(route.params.properties).sort(), `${name} at ${path}`)
    }
  }
})

test('no two routes share a method and a path', () => {
  for (const dialect of ['a', 'b', 'c'] as const) {
    const seen = all.flatMap(({ route: { method, paths } }) => {
      const path = paths[dialect]
      return path === undefined ? [] : [`${method} ${path.replace(/\{\w+\}/g, '{}')}`]
    })

    assert.equal(new Set(seen).size, seen.length)
  }
})

test('dialect a has no tenant, the others name it, and dialect c acts under actions', () => {
  const { kill, search } = routes.executions

  assert.deepEqual(kill.paths, {
    a: '/api/v1/executions/{executionId}/kill',
    b: '/api/v1/{tenant}/executions/{executionId}/kill',
    c: '/api/v1/{tenant}/executions/{executionId}/actions/kill',
  })
  assert.equal(search.paths.a, '/api/v1/executions/search')
})

test('what changes something is no GET, and what needs no login is on a short list', () => {
  for (const { name, route } of all) {
    const isChanging = /:(CREATE|UPDATE|DELETE)$/.test(route.permission)

    assert.equal(isChanging && route.method === 'GET', false, name)
  }
  const open = all.filter(({ route }) => route.permission === 'public').map(({ name }) => name)
  assert.deepEqual(open.sort(), [
    // Their doors are guarded by themselves: by the access of an app, by an address made by chance.
    'apps.answer',
    'apps.cancel',
    'apps.decide',
    'apps.file',
    'apps.page',
    'apps.question',
    // The way in: names and passwords, links that were given out.
    'auths.basicAuth',
    'auths.forgottenPassword',
    'auths.forgottenPasswordOf',
    'auths.login',
    'auths.loginByForm',
    'auths.logout',
    'auths.logoutByForm',
    'auths.methods',
    'auths.resetPassword',
    'auths.saveSetup',
    'auths.setup',
    'auths.validatePassword',
    'invitations.enter',
    'invitations.show',
    'misc.authErrors',
    'misc.configs',
    'misc.health',
    'misc.liveness',
    'misc.loginConfig',
    'misc.openApi',
    'misc.ping',
    'misc.readiness',
    'signIn.begin',
    'signIn.complete',
    'signIn.endThere',
    'signIn.signOut',
  ])
})

test('the description of the API names every route once, with its refusals', () => {
  const { paths, components } = describeApi('b', '1.2.3')

  const operations = Object.values(paths).flatMap(methods => Object.values(methods))

  assert.equal(operations.length, all.filter(({ route }) => route.paths.b !== undefined).length)
  const create = paths['/api/v1/{tenant}/executions/{namespace}/{id}']?.['post']
  const refusals = ['400', '401', '403', '404', '409', '413', '415', '422', '429', '431', '500', '503']
  assert.deepEqual(Object.keys(Object(create).responses), ['200', ...refusals])
  assert.ok(components.schemas['Error'])
  assert.equal(JSON.parse(JSON.stringify(paths)) !== undefined, true)
})
