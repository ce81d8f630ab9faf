import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveOldLink } from './old-links.ts'

function leadsTo(path: string, query: readonly (readonly [string, string])[] = []): string | undefined {
  const found = resolveOldLink(path, query)
  return found?.type === 'moved' ? found.to : found?.title
}

test('addresses of other versions lead to where that is here', () => {
  assert.equal(
    leadsTo('/flows/search', [
      ['q', 'x'],
      ['page', '2'],
    ]),
    '/search?q=x',
  )
  assert.equal(leadsTo('/dashboards/mine/edit'), '/dashboards/mine')
  assert.equal(leadsTo('/plugins/groups/core/sub'), '/plugins?q=core')
  assert.equal(leadsTo('/plugins/io.kestra.plugin.core.log.Log/1.2.0'), '/plugins/io.kestra.plugin.core.log.Log')
  assert.equal(leadsTo('/admin/triggers/add'), '/admin/triggers')
  assert.equal(leadsTo('/admin/stats/executions'), '/admin/instance')
  assert.equal(leadsTo('/login'), '/')
})

test('what is not here is explained, and what nobody knows is not', () => {
  assert.equal(leadsTo('/templates/edit/a/b'), 'There are no templates')
  assert.equal(leadsTo('/docs/getting-started'), 'The documentation stands beside each page')
  assert.equal(leadsTo('/nothing/here'), undefined)
})
