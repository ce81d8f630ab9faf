// Recomputes the contrasts that the tokens promise: 4.5 for text, 3 for what is seen without text, and solids that colour-blind eyes tell apart.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE, CHART, STATES, STATE_GROUPS, type Scheme } from './tokens.ts'
import { tokensCss } from './tokens-css.ts'

const SCHEMES: readonly Scheme[] = ['light', 'dark']
const TEXT_MIN = 4.5
const SHAPE_MIN = 3
const DISTANCE_MIN = 10

for (const scheme of SCHEMES) {
  test(`text of the ${scheme} scheme is read on every ground`, () => {
    const { page, surface, sunken, text, muted, link, accent, onAccent, accentHover, accentTint } = BASE[scheme]
    const pairs = [
      ...[text, muted, link, accent].flatMap(color => [page, surface, sunken].map(ground => [color, ground])),
      [onAccent, accent],
      [onAccent, accentHover],
      [text, accentTint],
      [accent, accentTint],
      ...STATE_GROUPS.map(group => [STATES[scheme][group].fg, STATES[scheme][group].tint]),
      ...STATE_GROUPS.map(group => [STATES[scheme][group].fg, surface]),
    ]

    assert.deepEqual(below(pairs, TEXT_MIN), [])
  })

  test(`shapes of the ${scheme} scheme are seen`, () => {
    const { page, surface, border, focus } = BASE[scheme]
    const pairs = [
      ...[border, focus].flatMap(color => [page, surface].map(ground => [color, ground])),
      ...STATE_GROUPS.map(group => [STATES[scheme][group].solid, surface]),
      ...CHART[scheme].map(color => [color, surface]),
    ]

    assert.deepEqual(below(pairs, SHAPE_MIN), [])
  })

  test(`no two solids of the ${scheme} scheme look alike to colour-blind eyes`, () => {
    const solids = STATE_GROUPS.map(group => [group, STATES[scheme][group].solid] as const)
    const alike = solids.flatMap(([left, a], index) =>
      solids.slice(index + 1).flatMap(([right, b]) =>
        Object.entries(BLIND)
          .filter(([, eye]) => distance(seenBy(a, eye), seenBy(b, eye)) < DISTANCE_MIN)
          .map(([name]) => `${left}/${right} (${name})`),
      ),
    )

    assert.deepEqual(alike, [])
  })
}

test('the style sheet holds both schemes and every name that it uses', () => {
  const css = tokensCss()
  const used = [...css.matchAll(/var\((--[a-z0-9-]+)\)/g)].map(match => match[1])
  const defined = new Set([...css.matchAll(/^ {2}(--[a-z0-9-]+):/gm)].map(match => match[1]))

  assert.deepEqual(
    used.filter(name => !defined.has(name)),
    [],
  )
})

function below(pairs: readonly (readonly string[])[], min: number): readonly string[] {
  return pairs.flatMap(([color = '', ground = '']) => {
    const ratio = contrast(color, ground)
    return ratio < min ? [`${color} on ${ground}: ${ratio.toFixed(2)}`] : []
  })
}

type Triple = readonly [number, number, number]

function linear(hex: string): Triple {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map(channel => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
  return [r, g, b]
}

function contrast(a: string, b: string): number {
  const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b
  const [dark = 0, bright = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y)
  return (bright + 0.05) / (dark + 0.05)
}

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear light. */
const BLIND: Readonly<Record<string, readonly Triple[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

function seenBy(hex: string, eye: readonly Triple[]): Triple {
  const [r, g, b] = linear(hex)
  const [x = 0, y = 0, z = 0] = eye.map(row => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b)))
  return lab([x, y, z])
}

function lab([r, g, b]: Triple): Triple {
  const bend = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116)
  const x = bend((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
  const y = bend(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = bend((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function distance(a: Triple, b: Triple): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}
