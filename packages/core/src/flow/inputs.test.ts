import assert from 'node:assert/strict'
import test from 'node:test'
import { Fuel } from '../expression/fuel.ts'
import { compileTemplate } from '../expression/template.ts'
import { Double, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { createCatalogue } from './catalogue.ts'
import type { Input } from './flow.ts'
import { defaultedInputs, inputsForRendering, resolveInputs } from './inputs.ts'
import type { InputContext, ResolvedInputs } from './inputs.ts'
import { parseFlow } from './parse.ts'

const catalogue = createCatalogue()

const context: InputContext = {
  render: (template, variables) =>
    compileTemplate(template, { dialect: 1 }).renderTyped({
      lookup: root => mapGet(variables, root),
      nowMs: 0,
      random: () => 0,
      zone: 'UTC',
      locale: 'en-US',
      fuel: new Fuel(),
    }),
  encrypt: plain => ({ type: 'io.kestra.datatype:aes_encrypted', value: `<${plain}>` }),
}

function inputsOf(...lines: readonly string[]): readonly Input[] {
  const source = `id: f\nnamespace: n\ninputs:\n${lines.map(line => `  - {${line}}\n`).join('')}tasks: [{id: a, type: core.debug.Return}]`
  const { flow, diagnostics } = parseFlow(source, { catalogue })
  assert.ok(flow, JSON.stringify(diagnostics))
  return flow.inputs
}

function resolved(inputs: readonly Input[], given: ValueMap, more: Partial<InputContext> = {}): ResolvedInputs {
  return resolveInputs(inputs, given, { ...context, ...more })
}

const DATE_TIME = '2030-01-02T05:04:05.678+02:00'

const ACCEPTED: readonly (readonly [string, Value, Value])[] = [
  ['type: STRING', '0042', '0042'],
  ['type: STRING', 42, '42'],
  ['type: STRING', new Double(4), '4.0'],
  ['type: STRING', { a: 1 }, '{"a":1}'],
  ['type: INT', '-7', -7],
  ['type: INT', 12, 12],
  ['type: FLOAT', '3', new Double(3)],
  ['type: FLOAT', '2.5', 2.5],
  ['type: FLOAT', 2, new Double(2)],
  ['type: BOOL', 'TRUE', true],
  ['type: BOOL', 'yes', false],
  ['type: BOOLEAN', true, true],
  ['type: DATETIME', '2031-04-05T06:07:08Z', '2031-04-05T06:07:08.000000Z'],
  ['type: DATETIME', DATE_TIME, '2030-01-02T03:04:05.678000Z'],
  ['type: DATE', '2028-02-29', '2028-02-29'],
  ['type: TIME', '23:59', '23:59:00'],
  ['type: TIME', '08:30:15', '08:30:15'],
  ['type: DURATION', 'PT90M', new Double(5400)],
  ['type: DURATION', 'P1DT2H', new Double(93_600)],
  ['type: URI', 'ftp://files.example.com/a.txt', 'ftp://files.example.com/a.txt'],
  ['type: EMAIL', 'x.y+z@mail.example.com', 'x.y+z@mail.example.com'],
  ['type: EMAIL', '', ''],
  ['type: JSON', '{"total":12.5,"gone":null}', { total: 12.5, gone: null }],
  ['type: JSON', '42', 42],
  ['type: JSON', { a: [1] }, { a: [1] }],
  ['type: YAML', 'hosts:\n  - h1\ndebug: true\n', { hosts: ['h1'], debug: true }],
  ['type: FILE', 'kestra:///team/a.csv', 'kestra:///team/a.csv'],
  ['type: FILE, allowedFileExtensions: [.csv]', 'kestra:///team/a.CSV', 'kestra:///team/a.CSV'],
  ['type: SECRET', 'word', { type: 'io.kestra.datatype:aes_encrypted', value: '<word>' }],
  ['type: ENUM, values: [A, B]', 'B', 'B'],
  ['type: SELECT, values: [a, "1"]', '1', '1'],
  ['type: SELECT, values: [a], allowCustomValue: true', 'z', 'z'],
  ['type: SELECT, values: [{label: One, value: "1"}]', '1', '1'],
  ['type: MULTISELECT, values: [x, y]', '["y"]', ['y']],
  ['type: MULTISELECT, values: ["1", "2"], itemType: INT', '["2"]', [2]],
  ['type: ARRAY, itemType: INT', '["7",8]', [7, 8]],
  ['type: ARRAY, itemType: DATE', ['2030-02-01'], ['2030-02-01']],
  ['type: ARRAY, itemType: JSON', '[{"a":1},{"b":[2]}]', [{ a: 1 }, { b: [2] }]],
  ['type: STRING, validator: "[A-Z]{2}-[0-9]{3}"', 'AB-123', 'AB-123'],
  ['type: INT, min: 18, max: 65', '18', 18],
  ['type: FLOAT, min: 0.25', '0.25', 0.25],
  ['type: DATE, after: "2030-01-10"', '2030-01-10', '2030-01-10'],
  ['type: DURATION, max: PT1H', 'PT60M', new Double(3600)],
]

for (const [declaration, given, value] of ACCEPTED) {
  test(`an input of ${declaration} takes ${JSON.stringify(given)}`, () => {
    const { values, problems } = resolved(inputsOf(`id: x, ${declaration}`), { x: given })

    assert.deepEqual(problems, [])
    assert.deepEqual(values, { x: value })
  })
}

const REFUSED: readonly (readonly [string, Value, RegExp])[] = [
  ['type: INT', 'two', /expected `INT`/],
  ['type: INT', '2147483648', /32 bits/],
  ['type: INT', '', /expected `INT`/],
  ['type: INT, min: 18', '17', /it must be more than `18`, but received `17`/],
  ['type: INT, max: 65', 66, /it must be less than `65`, but received `66`/],
  ['type: FLOAT, min: 0.25', '0.125', /more than `0\.25`/],
  ['type: DATETIME', 'soon', /ISO instant/],
  ['type: DATETIME, after: "2030-01-01T00:00:00Z"', '2029-12-31T23:59:59Z', /must be after/],
  ['type: DATE', '2027-02-29', /ISO date/],
  ['type: DATE, before: "2030-01-20"', '2030-01-21', /must be before `2030-01-20`/],
  ['type: TIME, after: "09:00:00"', '08:59:59', /must be after/],
  ['type: DURATION, min: PT1M', 'PT59S', /more than `PT1M`/],
  ['type: URI', 'https://localhost/x', /Expected `URI` but received/],
  ['type: INT', ' 5 ', /an integer of 32 bits/],
  ['type: URI', 'http:/bla', /Expected `URI` but received `http:\/bla`/],
  ['type: EMAIL', 'nobody', /email/],
  ['type: JSON', '{"a":', /JSON/],
  ['type: YAML', 'a: [', /YAML/],
  ['type: FILE', '/etc/passwd', /file/],
  ['type: FILE, allowedFileExtensions: [.csv, .tsv]', 'kestra:///a.exe', /extensions `\[\.csv, \.tsv\]`/],
  ['type: ENUM, values: [ONE, TWO]', 'THREE', /it must match the values `\[ONE, TWO\]`/],
  ['type: SELECT, values: [a, b]', 'c', /must match the values/],
  ['type: MULTISELECT, values: [a, b]', '["a","c"]', /must match the values/],
  ['type: MULTISELECT, values: [a, b]', 'a', /list/],
  ['type: ARRAY, itemType: INT', '[1,"two"]', /Unable to parse array element as `INT` on `two`/],
  ['type: STRING, validator: "[A-Z]{2}-[0-9]{3}"', 'xAB-123', /it must match the pattern `\[A-Z\]\{2\}-\[0-9\]\{3\}`/],
]

for (const [declaration, given, message] of REFUSED) {
  test(`an input of ${declaration} refuses ${JSON.stringify(given)}`, () => {
    const { values, problems } = resolved(inputsOf(`id: x, ${declaration}`), { x: given })

    assert.equal(values, undefined)
    assert.match(problems[0]?.message ?? '', message)
    assert.equal(problems[0]?.id, 'x')
  })
}

test('a pattern that would hang a backtracking engine is judged at once', () => {
  const inputs = inputsOf('id: x, type: STRING, validator: "(a+)+b"')

  const start = performance.now()
  const { problems } = resolved(inputs, { x: 'a'.repeat(5000) })

  assert.equal(problems.length, 1)
  assert.ok(performance.now() - start < 30_000)
})

test('what is required and missing is a problem, what is optional becomes null', () => {
  const inputs = inputsOf('id: a, type: STRING', 'id: b, type: INT, required: false')

  assert.deepEqual(resolved(inputs, {}).problems, [{ id: 'a', message: 'Missing required input: a' }])
  assert.deepEqual(resolved(inputs, { a: 'x' }).values, { a: 'x', b: null })
})

test('all problems come back at once', () => {
  const { problems } = resolved(inputsOf('id: a, type: INT', 'id: b, type: DATE', 'id: c, type: STRING'), {
    a: 'x',
    b: 'y',
  })

  assert.deepEqual(
    problems.map(({ id }) => id),
    ['a', 'b', 'c'],
  )
})

test('an empty text in a form leaves a required input out as well', () => {
  const inputs = inputsOf('id: a, type: STRING', 'id: b, type: STRING, defaults: x')

  assert.deepEqual(resolved(inputs, { a: '', b: '' }).values, { a: '', b: '' })
  assert.deepEqual(
    resolved(inputs, { a: '', b: '' }, { isEmptyAbsent: true }).problems.map(({ id }) => id),
    ['a'],
  )
  assert.deepEqual(resolved(inputs, { a: 'y', b: '' }, { isEmptyAbsent: true }).values, { a: 'y', b: 'x' })
})

test('an empty text is a value, but in a form it leaves an optional input out', () => {
  const inputs = inputsOf('id: a, type: STRING, required: false', 'id: b, type: INT, required: false')

  assert.equal(resolved(inputs, { a: '', b: '' }).problems.length, 1)
  assert.deepEqual(resolved(inputs, { a: '', b: '' }, { isEmptyAbsent: true }).values, { a: null, b: null })
})

test('a default fills what is not given, rendered, and an explicit null as well', () => {
  const inputs = inputsOf(
    'id: city, type: STRING, defaults: Oslo',
    'id: text, type: STRING, defaults: "{{ inputs.city }}!", dependsOn: {inputs: [city]}',
    'id: tags, type: ARRAY, itemType: STRING, defaults: [red, "{{ 1 + 1 }}"]',
    'id: wait, type: DURATION, defaults: PT15M',
  )

  const { values, perInput } = resolved(inputs, { city: null })

  assert.deepEqual(values, { city: 'Oslo', text: 'Oslo!', tags: ['red', '2'], wait: new Double(900) })
  assert.deepEqual(
    perInput.map(({ isDefault }) => isDefault),
    [true, true, true, true],
  )
})

test('autoSelectFirst takes the first of the values', () => {
  const inputs = inputsOf(
    'id: a, type: SELECT, values: [x, y], autoSelectFirst: true',
    "id: b, type: SELECT, expression: \"{{ ['p', null, 'q'] }}\", autoSelectFirst: true",
  )

  const { values, perInput } = resolved(inputs, {})

  assert.deepEqual(values, { a: 'x', b: 'p' })
  assert.deepEqual(perInput[1]?.choices, ['p', 'q'])
})

test('choices that do not render to a list are a problem of their input', () => {
  const { problems } = resolved(inputsOf('id: a, type: SELECT, expression: "{{ 1 }}"'), { a: 'x' })

  assert.match(problems[0]?.message ?? '', /must render to a list/)
})

const DEPENDENT = [
  'id: channel, type: SELECT, values: [mail, sms, none]',
  'id: address, type: STRING, dependsOn: {inputs: [channel], condition: "{{ inputs.channel == \'mail\' }}"}',
  'id: suffix, type: STRING, defaults: end, dependsOn: {inputs: [address]}',
]

test('an input whose condition fails takes no part, nor does what depends on it', () => {
  const inputs = inputsOf(...DEPENDENT)

  assert.deepEqual(resolved(inputs, { channel: 'mail', address: 'a' }).values, {
    channel: 'mail',
    address: 'a',
    suffix: 'end',
  })
  assert.deepEqual(resolved(inputs, { channel: 'none', address: 'ignored' }).values, { channel: 'none' })
  assert.deepEqual(
    resolved(inputs, { channel: 'mail' }).problems.map(({ id }) => id),
    ['address'],
  )
})

test('expressions still see the default of an input that takes no part', () => {
  const inputs = inputsOf(...DEPENDENT, 'id: db.host, type: STRING, defaults: h, dependsOn: {inputs: [address]}')

  const values = resolved(inputs, { channel: 'none' }).values ?? {}

  assert.deepEqual(inputsForRendering(defaultedInputs(inputs), values), {
    suffix: 'end',
    db: { host: 'h' },
    channel: 'none',
  })
})

test('a condition that cannot be rendered disables its input and is a problem', () => {
  const { problems, perInput } = resolved(
    inputsOf('id: a, type: STRING, dependsOn: {inputs: [], condition: "{{ ghost.x }}"}'),
    { a: 'x' },
  )

  assert.equal(problems[0]?.id, 'a')
  assert.equal(perInput[0]?.isEnabled, false)
})

test('dependencies are resolved first, wherever they are declared', () => {
  const inputs = inputsOf(
    'id: b, type: STRING, defaults: "{{ inputs.a }}{{ inputs.a }}", dependsOn: {inputs: [a]}',
    'id: a, type: STRING, defaults: x',
  )

  assert.deepEqual(resolved(inputs, {}).values, { b: 'xx', a: 'x' })
})

test('ids with dots become nested maps, and are given flat or nested', () => {
  const inputs = inputsOf(
    'id: db.host, type: STRING, defaults: localhost',
    'id: db.port, type: INT',
    'id: plain, type: STRING, defaults: p',
  )
  const expected = { db: { host: 'pg', port: 5432 }, plain: 'p' }

  assert.deepEqual(resolved(inputs, { 'db.host': 'pg', 'db.port': '5432' }).values, expected)
  assert.deepEqual(resolved(inputs, { db: { host: 'pg', port: 5432 } }).values, expected)
})

test('a FORM groups its children under its id', () => {
  const inputs = inputsOf(
    'id: trip, type: FORM, inputs: [{id: from, type: STRING}, {id: nights, type: INT, defaults: 2}]',
  )

  assert.deepEqual(resolved(inputs, { 'trip.from': 'Lima' }).values, { trip: { from: 'Lima', nights: 2 } })
  assert.deepEqual(
    resolved(inputs, {}).problems.map(({ id }) => id),
    ['trip.from'],
  )
})

test('a secret is never in a message, needs a key, and is not encrypted twice', () => {
  const inputs = inputsOf('id: s, type: SECRET, validator: "[a-z]+"')
  const { encrypt: _, ...keyless } = context
  const cipher = { type: 'io.kestra.datatype:aes_encrypted', value: 'xyz' }

  assert.doesNotMatch(resolved(inputs, { s: 'HUSH' }).problems[0]?.message ?? '', /HUSH/)
  assert.match(resolveInputs(inputs, { s: 'hush' }, keyless).problems[0]?.message ?? '', /encryption key/)
  assert.deepEqual(resolved(inputs, { s: cipher }).values, { s: cipher })
})

test('a check without a start tells of each input what it is', () => {
  const inputs = inputsOf(
    'id: mode, type: SELECT, values: [fast, slow]',
    'id: speed, type: INT, min: 1, max: 9, defaults: 5, dependsOn: {inputs: [mode], condition: "{{ inputs.mode == \'fast\' }}"}',
  )
  const shown = (given: ValueMap): unknown =>
    resolved(inputs, given).perInput.map(({ id, value, isEnabled, isDefault, problems }) => [
      id,
      value,
      isEnabled,
      isDefault,
      problems.length,
    ])

  assert.deepEqual(shown({ mode: 'fast' }), [
    ['mode', 'fast', true, false, 0],
    ['speed', 5, true, true, 0],
  ])
  assert.deepEqual(shown({ mode: 'slow' }), [
    ['mode', 'slow', true, false, 0],
    ['speed', undefined, false, false, 0],
  ])
  assert.deepEqual(shown({ mode: 'fast', speed: '10' }), [
    ['mode', 'fast', true, false, 0],
    ['speed', '10', true, false, 1],
  ])
  assert.deepEqual(shown({}), [
    ['mode', undefined, true, false, 1],
    ['speed', undefined, false, false, 0],
  ])
})

test('an optional SELECT takes anything in dialect 1, and one without choices in dialect 2', () => {
  const optional = inputsOf('id: a, type: SELECT, values: [x], required: false')
  const open = inputsOf('id: a, type: SELECT')
  const isTaken = (inputs: readonly Input[], dialect: 1 | 2): boolean =>
    resolved(inputs, { a: 'z' }, { dialect }).values !== undefined

  assert.deepEqual([isTaken(optional, 1), isTaken(optional, 2)], [true, false])
  assert.deepEqual([isTaken(open, 1), isTaken(open, 2)], [false, true])
})

test('inputs that nobody declared are ignored', () => {
  assert.deepEqual(resolved(inputsOf('id: a, type: STRING, defaults: x'), { other: 1 }).values, { a: 'x' })
})
