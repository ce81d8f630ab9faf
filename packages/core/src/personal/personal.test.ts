import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isLuhn, mod97 } from './check-digits.ts'
import { findPersonal, type PersonalKind } from './find-personal.ts'
import { maskPersonal, personalToKeep, personalToken, personalTokens, unmaskPersonal } from './mask-personal.ts'
import { isIban } from './national-ids.ts'

function foundIn(text: string, names: readonly string[] = []): readonly (readonly [PersonalKind, string])[] {
  return findPersonal(text, {
    names,
    countries: ['BR', 'CH', 'DE', 'ES', 'FR', 'GB', 'IN', 'IT', 'NL', 'PL', 'SE', 'US'],
  }).map(({ kind, text: own }) => [kind, own] as const)
}

const EXAMPLES: readonly (readonly [PersonalKind, string])[] = [
  ['mail', 'ada.lovelace+x@mail.example.org'],
  ['mail', 'jürgen@müller.example'],
  ['iban', 'DE89 3704 0044 0532 0130 00'],
  ['iban', 'GB29NWBK60161331926819'],
  ['iban', 'NO93 8601 1117 947'],
  ['card', '4111 1111 1111 1111'],
  ['card', '378282246310005'],
  ['card', '5555-5555-5555-4444'],
  ['phone', '+49 30 1234567'],
  ['phone', '+1 (415) 555-2671'],
  ['phone', '030/1234567'],
  ['phone', '(415) 555-2671'],
  ['national-id', '123-45-6789'],
  ['national-id', 'AB 12 34 56 C'],
  ['national-id', '12345678Z'],
  ['national-id', 'X1234567L'],
  ['national-id', '1 85 05 78 006 084 91'],
  ['national-id', '44051401359'],
  ['national-id', '86095742719'],
  ['national-id', '529.982.247-25'],
  ['national-id', '756.9217.0769.85'],
  ['national-id', 'RSSMRA85T10A562S'],
  ['national-id', '811218-9876'],
  ['national-id', '111222333'],
  ['name', 'Ada Lovelace'],
]

test('each form of personal data is found whole, wherever it stands', () => {
  for (const [kind, text] of EXAMPLES)
    for (const [before, after] of [
      ['', ''],
      ['of ', ' today'],
      ['(', ').'],
      ['x: "', '",'],
      ['line\n', '\nline'],
    ] as const)
      assert.deepEqual(
        foundIn(`${before}${text}${after}`, ['ada lovelace']),
        [[kind, text]],
        `${before}${text}${after}`,
      )
})

test('numbers and words that are nobody are left alone', () => {
  for (const text of [
    '2024-01-31T12:00:00Z, version 1.2.3, 192.168.0.1, 3.14159265358979',
    'order 4111111111111112, IBAN DE88370400440532013000, id 000-12-3456 and 666-12-3456',
    'kestra:///company/team/flow/executions/3fA9bC/tasks/x/1.csv',
    '550e8400-e29b-41d4-a716-446655440000, sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
    'someone @ home, a@b, 1234, 12:30-13:45, Adam Lovelaces',
  ])
    assert.deepEqual(foundIn(text, ['Ada Lovelace']), [], text)
})

const DIGIT = fc.integer({ min: 0, max: 9 })
const digitsOf = (length: number): fc.Arbitrary<string> =>
  fc.array(DIGIT, { minLength: length, maxLength: length }).map(digits => digits.join(''))

const CARD = digitsOf(14)
  .map(digits => `4${digits}`)
  .map(body => [...'0123456789'].map(check => `${body}${check}`).find(isLuhn) ?? '')
  .filter(card => new Set(card).size > 2)
const IBAN = digitsOf(18).map(body => `DE${String(98 - mod97(`${body}DE00`)).padStart(2, '0')}${body}`)
const grouped = (text: string): string => text.replace(/(.{4})(?=.)/g, '$1 ')

test('a card or an account with right check digits is found, and none with one digit changed', () => {
  fc.assert(
    fc.property(
      fc.oneof(CARD, IBAN),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      (whole, at, more, isGrouped) => {
        const write = isGrouped ? grouped : (text: string): string => text
        const kind = whole.startsWith('DE') ? 'iban' : 'card'
        assert.deepEqual(foundIn(write(whole)), [[kind, write(whole)]])
        const place = kind === 'iban' ? 2 + (at % 20) : 1 + (at % 15)
        const digit = (Number(whole[place]) + more) % 10
        const wrong = `${whole.slice(0, place)}${digit}${whole.slice(place + 1)}`
        assert.equal(
          foundIn(write(wrong)).some(([found]) => found === kind),
          false,
          wrong,
        )
      },
    ),
    { numRuns: 100, seed: 7 },
  )
})

test('letters of an account count in its check', () => {
  assert.equal(isIban('MT84 MALT 0110 0001 2345 MTLC AST0 01S'), true)
  assert.equal(isIban('MT84 MALT 0110 0001 2345 MTLC AST0 01T'), false)
})

const PERSONAL = fc.oneof(fc.constantFrom(...EXAMPLES.map(([, text]) => text)), CARD, IBAN.map(grouped))
const FILLING = fc.constantFrom(', ', ' and ', '\n', ' "x": ', ' – ', ' (see) ')
const TEXT = fc
  .array(fc.tuple(FILLING, fc.oneof(PERSONAL, fc.lorem({ maxCount: 3 }))), { maxLength: 8 })
  .map(parts => parts.flat().join(''))
const VALUE = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    TEXT,
    fc.integer(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), { noNullPrototype: true }),
  ),
})).value as fc.Arbitrary<Parameters<typeof maskPersonal>[0]>

function tokensFor(value: Parameters<typeof maskPersonal>[0]): Map<string, string> {
  const tokens = new Map<string, string>()
  for (const { kind, text } of personalToKeep(value, { action: 'token', names: ['Ada Lovelace'] }))
    tokens.set(`${kind} ${text}`, personalToken(kind, tokens.size.toString(16).padStart(24, '0')))
  return tokens
}

test('what was masked with tokens holds nothing personal, is masked once only, and comes back as it was', () => {
  const policy = { action: 'token', names: ['Ada Lovelace'] } as const
  fc.assert(
    fc.property(VALUE, value => {
      const tokens = tokensFor(value)
      const masked = maskPersonal(
        value,
        policy,
        (kind, text) => tokens.get(`${kind} ${text}`) ?? assert.fail('no token'),
      )
      assert.deepEqual(personalToKeep(masked.value, policy), [])
      assert.deepEqual(maskPersonal(masked.value, policy, () => assert.fail('twice')).value, masked.value)
      const known = new Map([...tokens].map(([key, token]) => [token, key.slice(key.indexOf(' ') + 1)]))
      assert.deepEqual(new Set(personalTokens(masked.value)), new Set(tokens.values()))
      assert.deepEqual(unmaskPersonal(masked.value, known), value)
    }),
    { numRuns: 100, seed: 7 },
  )
})

test('what is redacted is gone; what is kept or shown in part is counted', () => {
  const text = 'ada@example.org pays with 4111 1111 1111 1111'
  const mask = (actions: object): ReturnType<typeof maskPersonal> =>
    maskPersonal(text, { action: 'redact', actions }, () => assert.fail('no token is wanted'))

  assert.deepEqual(mask({}), { value: '[MAIL] pays with [CARD]', found: { mail: 1, card: 1 } })
  assert.equal(mask({ mail: 'partial', card: 'partial' }).value, '***@example.org pays with ***1111')
  assert.equal(mask({ mail: 'keep' }).value, 'ada@example.org pays with [CARD]')
})

test('a long text that looks like something all along ends soon', () => {
  for (const piece of ['1 ', 'a.', 'DE12 ', '+49 ', '0(', 'a@', 'x@a.', '4111 ', '(', 'Ada '])
    assert.ok(findPersonal(piece.repeat(4_000), { names: ['Ada Ada Ada Lovelace'] }).length >= 0)
})
