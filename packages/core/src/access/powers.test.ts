import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grantsOf, type Grants } from './grants.ts'
import { changedPermits, lackingFor, lackingOf, permitsOf, unknownTo } from './powers.ts'
import { MANAGED_ROLES, type Binding, type Permissions } from './role.ts'

function holder(...bindings: readonly Omit<Binding, 'id' | 'type' | 'externalId'>[]): Grants {
  const bound = bindings.map((binding, index): Binding => ({
    id: `b${index}`,
    type: 'USER',
    externalId: 'u',
    ...binding,
  }))
  const user = { id: 'u', isSuperAdmin: false, isDisabled: false }
  return grantsOf({ user, groups: [], roles: MANAGED_ROLES, bindings: bound })
}

const SUPER = grantsOf({
  user: { id: 's', isSuperAdmin: true, isDisabled: false },
  groups: [],
  roles: [],
  bindings: [],
})
const names = (permits: readonly { resource: string; action: string }[]): readonly string[] =>
  permits.map(({ resource, action }) => `${resource}:${action}`)

test('whoever holds a role in a namespace gives it there and below, and nowhere else', () => {
  const giver = holder({ roleId: 'editor', namespace: 'company' })
  const editor = permitsOf(MANAGED_ROLES.find(({ id }) => id === 'editor')?.permissions ?? {})

  assert.deepEqual(lackingOf(giver, editor, 'company'), [])
  assert.deepEqual(lackingOf(giver, editor, 'company.sales'), [])
  assert.ok(names(lackingOf(giver, editor, 'other')).includes('FLOW:UPDATE'))
  assert.ok(names(lackingOf(giver, editor)).includes('FLOW:READ'))
})

test('what is denied below a namespace cannot be given for the whole of it', () => {
  const giver = holder({ roleId: 'viewer' }, { roleId: 'viewer', namespace: 'company.hr', isDeny: true })
  const read: Permissions = { FLOW: ['READ'] }

  assert.deepEqual(names(lackingOf(giver, permitsOf(read), 'company')).includes('FLOW:READ'), true)
  assert.deepEqual(lackingOf(giver, permitsOf(read), 'company.sales'), [])
  assert.deepEqual(names(lackingOf(giver, permitsOf(read), 'company.hr.pay')).includes('FLOW:READ'), true)
})

test('a coarser resource brings the finer ones along, and a changed role is what differs in effect', () => {
  assert.deepEqual(names(permitsOf({ EXECUTION: ['READ'] })), ['EXECUTION:READ', 'LOG:READ', 'METRIC:READ'])
  assert.deepEqual(names(changedPermits({ EXECUTION: ['READ'] }, { EXECUTION: ['READ'], LOG: [] })), ['LOG:READ'])
})

test('somebody acts for another who may do no more, in no more namespaces', () => {
  const wide = holder({ roleId: 'editor', namespace: 'company' })
  const narrow = holder({ roleId: 'viewer', namespace: 'company.sales' })
  const exempt = holder(
    { roleId: 'editor', namespace: 'company' },
    { roleId: 'viewer', namespace: 'company.hr', isDeny: true },
  )

  assert.deepEqual(lackingFor(wide, narrow), [])
  assert.notDeepEqual(lackingFor(narrow, wide), [])
  assert.deepEqual(lackingFor(wide, exempt), [])
  assert.notDeepEqual(lackingFor(exempt, wide), [])
  assert.deepEqual(lackingFor(SUPER, wide), [])
  assert.notDeepEqual(lackingFor(wide, SUPER), [])
})

test('a role may be made of what one holds somewhere', () => {
  const giver = holder({ roleId: 'editor', namespace: 'company' })

  assert.deepEqual(unknownTo(giver, permitsOf({ FLOW: ['READ'] })), [])
  assert.deepEqual(names(unknownTo(giver, permitsOf({ USER: ['READ'] }))).includes('USER:READ'), true)
})
