import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NO_GRANTS, grantsOf, permits, type GrantFacts } from './grants.ts'
import { EVERYWHERE, NOWHERE, intersect, isInScope, isWithin, namespaceScope } from './namespace-scope.ts'
import { ACTIONS, RESOURCES, RESOURCE_NAMES, coarserOf, reachOf, type Action, type Resource } from './resource.ts'
import { MANAGED_ROLES, type Binding, type Role } from './role.ts'

const ADA = { id: 'ada', isSuperAdmin: false, isDisabled: false }
const TEAM = { id: 'team', name: 'Team' }

function bind(roleId: string, more: Partial<Binding> = {}): Binding {
  return { id: `${roleId}-${more.namespace ?? 'all'}`, type: 'USER', externalId: 'ada', roleId, ...more }
}

function grants(bindings: readonly Binding[], more: Partial<GrantFacts> = {}): ReturnType<typeof grantsOf> {
  return grantsOf({ user: ADA, groups: [], roles: MANAGED_ROLES, bindings, ...more })
}

test('whoever has no binding may do nothing, and whoever is disabled neither', () => {
  const nobody = grants([])
  const disabled = grants([bind('admin')], { user: { ...ADA, isSuperAdmin: true, isDisabled: true } })

  for (const resource of RESOURCE_NAMES)
    for (const action of ACTIONS)
      for (const each of [nobody, disabled, NO_GRANTS]) {
        assert.equal(each.may(resource, action, 'company'), false)
        assert.deepEqual(each.scope(resource, action), NOWHERE)
      }
  assert.deepEqual(disabled.explain('FLOW', 'READ'), [{ type: 'disabled' }])
})

test('a super admin may do everything everywhere', () => {
  const root = grants([], { user: { ...ADA, isSuperAdmin: true } })

  for (const resource of RESOURCE_NAMES) for (const action of ACTIONS) assert.equal(root.may(resource, action), true)
  assert.deepEqual(root.explain('USER', 'DELETE'), [{ type: 'super-admin' }])
})

test('a namespace is inherited by all below it, and by nothing beside or above it', () => {
  const viewer = grants([bind('viewer', { namespace: 'company.team' })])

  for (const inside of ['company.team', 'company.team.a', 'company.team.a.b'])
    assert.equal(viewer.may('FLOW', 'READ', inside), true)
  for (const outside of ['company', 'company.teams', 'company.other', 'team', 'company.team-a', ''])
    assert.equal(viewer.may('FLOW', 'READ', outside), false, outside)
  assert.equal(viewer.may('FLOW', 'READ'), false, 'not everywhere')
  assert.equal(viewer.may('FLOW', 'UPDATE', 'company.team'), false)
})

test('a denial wins, whatever allows it and however near', () => {
  const denied = grants([
    bind('admin'),
    bind('editor', { namespace: 'company.secret.deep' }),
    bind('viewer', { namespace: 'company.secret', isDeny: true }),
  ])

  assert.equal(denied.may('FLOW', 'READ', 'company'), true)
  assert.equal(denied.may('FLOW', 'READ', 'company.secret'), false)
  assert.equal(denied.may('FLOW', 'READ', 'company.secret.deep'), false)
  assert.equal(denied.may('FLOW', 'UPDATE', 'company.secret'), true, 'a viewer has no UPDATE to take away')
  assert.equal(denied.may('FLOW', 'READ'), false, 'not in all')
  assert.deepEqual(grants([bind('admin'), bind('viewer', { isDeny: true })]).scope('FLOW', 'READ'), NOWHERE)
})

test('groups count as their members do, and roles that are gone do not', () => {
  const ofTeam = bind('editor', { type: 'GROUP', externalId: 'team', namespace: 'company' })

  assert.equal(grants([ofTeam], { groups: [TEAM] }).may('FLOW', 'CREATE', 'company.a'), true)
  assert.equal(grants([ofTeam]).may('FLOW', 'CREATE', 'company.a'), false)
  assert.equal(grants([bind('gone')]).may('FLOW', 'READ', 'company'), false)
  assert.deepEqual(grants([ofTeam], { groups: [TEAM] }).explain('FLOW', 'CREATE', 'company.a'), [
    {
      ...{ type: 'allow', bindingId: 'editor-company', roleId: 'editor', roleName: 'Editor' },
      ...{ groupId: 'team', groupName: 'Team', namespace: 'company' },
    },
  ])
})

test('what belongs to no namespace is given by bindings without one; what is shared by any', () => {
  const bounded = grants([bind('admin', { namespace: 'company' })])
  const whole = grants([bind('admin')])

  assert.equal(bounded.may('USER', 'READ'), false)
  assert.equal(whole.may('USER', 'READ'), true)
  assert.equal(bounded.may('PLUGIN', 'READ'), true)
  assert.deepEqual(bounded.scope('PLUGIN', 'READ'), EVERYWHERE)
  const deniedSomewhere = grants([bind('admin'), bind('admin', { namespace: 'company', isDeny: true })])
  assert.equal(deniedSomewhere.may('USER', 'READ'), true)
  assert.equal(deniedSomewhere.may('PLUGIN', 'READ'), true)
})

test('a role that does not name a finer resource is judged by the coarser one', () => {
  const old = { FLOW: ['READ'], EXECUTION: ['READ'] } as const

  assert.equal(permits(old, 'LOG', 'READ'), true)
  assert.equal(permits(old, 'TRIGGER', 'READ'), true)
  assert.equal(permits({ ...old, LOG: [] }, 'LOG', 'READ'), false)
  assert.equal(permits(old, 'SECRET', 'READ'), false)
  for (const resource of RESOURCE_NAMES) {
    const coarser = coarserOf(resource)
    assert.ok(coarser === undefined || coarserOf(coarser) === undefined, `${resource} is two steps from its coarsest`)
    assert.ok(RESOURCES[resource].summary.endsWith('.'))
  }
})

test('a token may do what its owner may and what it is for, and no more', () => {
  const token = grants([bind('editor', { namespace: 'company' })], {
    scopes: [{ namespace: 'company.team', permissions: { EXECUTION: ['CREATE'] } }, { namespace: 'elsewhere' }],
  })

  assert.equal(token.may('EXECUTION', 'CREATE', 'company.team.a'), true)
  assert.equal(token.may('EXECUTION', 'CREATE', 'company'), false)
  assert.equal(token.may('EXECUTION', 'READ', 'company.team'), false)
  assert.equal(token.may('FLOW', 'READ', 'elsewhere'), false)
  assert.ok(token.explain('FLOW', 'READ', 'company.team').some(({ type }) => type === 'token'))
  const ofRoot = grants([], { user: { ...ADA, isSuperAdmin: true }, scopes: [{ namespace: 'company' }] })
  assert.equal(ofRoot.may('USER', 'READ'), false)
  assert.deepEqual(ofRoot.scope('FLOW', 'DELETE'), { all: false, allow: ['company'], deny: [] })
  assert.equal(grants([bind('admin')], { scopes: [] }).may('FLOW', 'READ', 'company'), false)
})

test('managed roles name resources that there are, and differ as they say', () => {
  const may = (id: string, resource: Resource, action: Action): boolean =>
    permits(MANAGED_ROLES.find(role => role.id === id)?.permissions ?? {}, resource, action)

  assert.deepEqual(
    MANAGED_ROLES.map(({ id }) => id),
    ['admin', 'editor', 'developer', 'launcher', 'viewer'],
  )
  assert.ok(MANAGED_ROLES.every(({ isManaged }) => isManaged))
  assert.ok(may('launcher', 'EXECUTION', 'CREATE') && !may('launcher', 'FLOW', 'UPDATE'))
  assert.ok(
    may('editor', 'SECRET', 'UPDATE') && !may('developer', 'SECRET', 'UPDATE') && !may('viewer', 'SECRET', 'READ'),
  )
  assert.ok(RESOURCE_NAMES.every(resource => ACTIONS.every(action => may('admin', resource, action))))
})

// ---- Properties

const segment = fc.constantFrom('a', 'b', 'ab')
const namespace = fc.array(segment, { minLength: 1, maxLength: 3 }).map(parts => parts.join('.'))
const permissions = fc.dictionary(
  fc.constantFrom<Resource>('FLOW', 'EXECUTION', 'LOG', 'SECRET', 'PLUGIN', 'USER'),
  fc.subarray([...ACTIONS]),
)
const role: fc.Arbitrary<Role> = fc.record({
  id: fc.constantFrom('r1', 'r2', 'r3'),
  name: fc.constant('role'),
  description: fc.constant(''),
  permissions,
  isManaged: fc.constant(false),
  isDefault: fc.constant(false),
})
const binding: fc.Arbitrary<Binding> = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    type: fc.constantFrom('USER' as const, 'GROUP' as const),
    externalId: fc.constantFrom('ada', 'team', 'eve'),
    roleId: fc.constantFrom('r1', 'r2', 'r3'),
    namespace: fc.option(namespace, { nil: undefined }),
    isDeny: fc.boolean(),
  })
  .map(({ namespace: name, ...rest }) => ({ ...rest, ...(name === undefined ? {} : { namespace: name }) }))
const facts = fc.record({
  user: fc.constant(ADA),
  groups: fc.subarray([TEAM]),
  roles: fc.uniqueArray(role, { selector: ({ id }) => id, maxLength: 3 }),
  bindings: fc.array(binding, { maxLength: 6 }),
})
const asked = fc.record({
  resource: fc.constantFrom<Resource>('FLOW', 'EXECUTION', 'LOG', 'SECRET', 'PLUGIN', 'USER'),
  action: fc.constantFrom<Action>(...ACTIONS),
  namespace,
})

/** The rule said once more, one binding after the other. */
function mayByHand({ groups, roles, bindings }: GrantFacts, { resource, action, namespace: name }: Asked): boolean {
  const fitting = bindings.filter(one => {
    const mine = one.type === 'USER' ? one.externalId === 'ada' : groups.some(({ id }) => id === one.externalId)
    const found = roles.find(({ id }) => id === one.roleId)
    return mine && found !== undefined && permits(found.permissions, resource, action)
  })
  const covers = (one: Binding): boolean => one.namespace === undefined || isWithin(name, one.namespace)
  const reach = reachOf(resource)
  const counts = (one: Binding): boolean => {
    if (reach === 'namespace') return covers(one)
    return one.namespace === undefined || (reach === 'shared' && one.isDeny !== true)
  }
  const counting = fitting.filter(counts)
  return counting.some(one => one.isDeny !== true) && !counting.some(one => one.isDeny === true)
}

interface Asked {
  readonly resource: Resource
  readonly action: Action
  readonly namespace: string
}

test('what may be done follows from the bindings one by one, and the scope says the same', () => {
  fc.assert(
    fc.property(facts, asked, (given, question) => {
      const own = grantsOf(given)
      const expected = mayByHand(given, question)

      assert.equal(own.may(question.resource, question.action, question.namespace), expected)
      assert.equal(isInScope(own.scope(question.resource, question.action), question.namespace), expected)
    }),
    { numRuns: 1_000 },
  )
})

test('one more denial never allows more, one more permission never less', () => {
  fc.assert(
    fc.property(facts, binding, asked, (given, extra, { resource, action, namespace: name }) => {
      const before = grantsOf(given).may(resource, action, name)
      const after = grantsOf({ ...given, bindings: [...given.bindings, extra] }).may(resource, action, name)

      if (extra.isDeny === true) assert.ok(before || !after)
      else assert.ok(after || !before)
    }),
  )
})

test('what is denied or allowed is explained by somebody', () => {
  fc.assert(
    fc.property(facts, asked, (given, { resource, action, namespace: name }) => {
      const own = grantsOf(given)
      const reasons = own.explain(resource, action, name)
      const isAllowed = reasons.some(({ type }) => type === 'allow') && !reasons.some(({ type }) => type === 'deny')

      assert.equal(isAllowed, own.may(resource, action, name))
    }),
  )
})

const scope = fc
  .tuple(fc.array(namespace, { maxLength: 4 }), fc.array(namespace, { maxLength: 3 }), fc.boolean())
  .map(([allow, deny, isAll]) => (isAll ? namespaceScope(['', ...allow], deny) : namespaceScope(allow, deny)))

test('the intersection of two scopes has what is in both', () => {
  fc.assert(
    fc.property(scope, scope, namespace, (left, right, name) => {
      assert.equal(isInScope(intersect(left, right), name), isInScope(left, name) && isInScope(right, name))
      assert.deepEqual(intersect(left, right), intersect(right, left))
    }),
    { numRuns: 1_000 },
  )
})
