import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAtOrAbove, withAncestors } from './ancestors.ts'
import { matchesName, matchesPath } from './glob.ts'

test('a name matches by stars and question marks', () => {
  for (const [name, pattern] of [
    ['abc', 'abc'],
    ['abc', 'a*'],
    ['abc', '*'],
    ['', '*'],
    ['abc', '*b*'],
    ['a.b.c', 'a.?.c'],
    ['aXbXc', 'a*b*c'],
  ] as const)
    assert.ok(matchesName(name, pattern), `${name} ${pattern}`)
  for (const [name, pattern] of [
    ['abc', 'ab'],
    ['abc', 'b*'],
    ['', '?'],
    ['ac', 'a?c'],
    ['a.c', 'A.c'],
  ] as const)
    assert.ok(!matchesName(name, pattern), `${name} ${pattern}`)
})

test('a path matches as in Kestra: anchored by a slash, else from any folder on', () => {
  for (const [path, pattern] of [
    ['a/b.sql', 'a/*.sql'],
    ['/a/b.sql', 'a/**'],
    ['a/b/c.sql', '**/*.sql'],
    ['c.sql', '**/*.sql'],
    ['deep/er/c.sql', '*.sql'],
    ['deep/er/input.txt', '**input.txt'],
    ['wdns/left-out.txt', '**/wdns/**'],
    ['x/wdns/left-out.txt', 'wdns/**'],
    ['a/b/c', '/a/'],
    ['a/b', './a/b'],
    ['a/x/y/b', '/a/**/b'],
    ['a', '**'],
    ['a/b.yml', '*.{yaml,yml}'],
    ['a/b1', 'a/b[0-3]'],
    ['a/bx', 'a/b[!0-3]'],
    ['a/b.sql', 'glob:/a/b.???'],
  ] as const)
    assert.ok(matchesPath(path, pattern), `${path} ${pattern}`)
  for (const [path, pattern] of [
    ['a/b/c.sql', '/a/*.sql'],
    ['a/b', '/*'],
    ['ab/c', '/a/**'],
    ['x/a/b', '/a/b'],
    ['a/b5', 'a/b[0-3]'],
    ['a/b.sql.txt', '*.sql'],
  ] as const)
    assert.ok(!matchesPath(path, pattern), `${path} ${pattern}`)
})

test('a hostile pattern takes no time', () => {
  const name = 'a'.repeat(5000)

  assert.ok(!matchesName(name, `${'a*'.repeat(500)}b`))
  assert.ok(!matchesPath('a/'.repeat(500) + 'a', `${'**/a/'.repeat(200)}b`))
})

test('a namespace has those above it', () => {
  assert.deepEqual(withAncestors('a.b.c'), ['a.b.c', 'a.b', 'a'])
  assert.ok(isAtOrAbove('a.b', 'a.b.c'))
  assert.ok(!isAtOrAbove('a.b', 'a.bc'))
})
