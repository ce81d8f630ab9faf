import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayDo, type Permissions } from './may.ts'

const PERMISSIONS: Permissions = {
  'FLOW:READ': { all: true },
  'FLOW:UPDATE': { all: false, allow: ['company.team'], deny: ['company.team.secret'] },
  'FLOW:DELETE': { all: false, allow: [], deny: [] },
}

test('a permission in a namespace holds for all that lies below it, and for nothing beside it', () => {
  const inside = ['company.team', 'company.team.a', 'company.team.a.b']
  const outside = ['company', 'company.teams', 'company.other', 'team', 'company.team.secret.deep']
  const may = (namespace: string): boolean => mayDo(PERMISSIONS, 'FLOW:UPDATE', namespace)

  assert.deepEqual(inside.filter(may), inside)
  assert.deepEqual(outside.filter(may), [])
})

test('without a namespace it is asked whether there is any place at all', () => {
  assert.equal(mayDo(PERMISSIONS, 'FLOW:UPDATE'), true)
  assert.equal(mayDo(PERMISSIONS, 'FLOW:DELETE'), false)
})

test('what is not named may not be done', () => {
  assert.equal(mayDo(PERMISSIONS, 'FLOW:CREATE', 'company.team'), false)
  assert.equal(mayDo(PERMISSIONS, 'SECRET:READ'), false)
})
