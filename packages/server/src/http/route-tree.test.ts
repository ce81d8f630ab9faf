import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouteTree } from './route-tree.ts'

function treeOf(...routes: readonly string[]): RouteTree<string> {
  const tree = new RouteTree<string>()
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    tree.add(method, path, route)
  }
  return tree
}

test('a fixed segment goes before a parameter, whichever was bound first', () => {
  const tree = treeOf('GET /flows/{namespace}', 'GET /flows/search')

  assert.equal(tree.find('GET', '/flows/search')?.leaf, 'GET /flows/search')
  assert.deepEqual(tree.find('GET', '/flows/io.demo'), {
    leaf: 'GET /flows/{namespace}',
    params: { namespace: 'io.demo' },
  })
})

test('a turn that leads nowhere is taken back, with what was read on it', () => {
  const tree = treeOf('POST /flows/search', 'GET /flows/{namespace}', 'GET /flows/{a}/x', 'GET /{all}/search/{id}')

  assert.deepEqual(tree.find('GET', '/flows/search'), {
    leaf: 'GET /flows/{namespace}',
    params: { namespace: 'search' },
  })
  assert.deepEqual(tree.find('GET', '/flows/search/7'), {
    leaf: 'GET /{all}/search/{id}',
    params: { all: 'flows', id: '7' },
  })
})

test('the rest of a path may have slashes, and one segment goes before it', () => {
  const tree = treeOf('GET /hook/{key}', 'GET /hook/{key}/{path}', 'GET /hook/{key}/{id}/end')

  assert.deepEqual(tree.find('GET', '/hook/k/a/b')?.params, { key: 'k', path: 'a/b' })
  assert.equal(tree.find('GET', '/hook/k/a/end')?.leaf, 'GET /hook/{key}/{id}/end')
  assert.equal(tree.find('GET', '/hook/k')?.leaf, 'GET /hook/{key}')
})

test('parameters are decoded, and what is no percent code stands for itself', () => {
  const tree = treeOf('GET /keys/{key}')

  assert.deepEqual(tree.find('GET', '/keys/a%2Fb')?.params, { key: 'a/b' })
  assert.deepEqual(tree.find('GET', '/keys/100%')?.params, { key: '100%' })
})

test('an empty segment is no parameter, and another method no route', () => {
  const tree = treeOf('GET /', 'GET /keys/{key}')

  assert.equal(tree.find('GET', '/')?.leaf, 'GET /')
  assert.equal(tree.find('GET', '/keys/'), undefined)
  assert.equal(tree.find('GET', '/keys//a'), undefined)
  assert.equal(tree.find('PUT', '/keys/a'), undefined)
})
